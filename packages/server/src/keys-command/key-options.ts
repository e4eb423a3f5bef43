import { isJsonObject, ProxyError } from '@ai-proxy/core';
import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { SettingsError } from '../server-settings.ts';

/** The options that set a field of a key. */
export const keyOptions = {
  alias: { type: 'string', description: 'A name of yours for it, which no other has', valueHint: 'name' },
  owner: { type: 'string', description: 'Whose it is', valueHint: 'name' },
  team: { type: 'string', description: 'Which team it belongs to', valueHint: 'name' },
  models: { type: 'string', description: 'Models it may use, separated by commas; * stands for any text', valueHint: 'models' },
  operations: { type: 'string', description: 'Operations it may ask for, such as chat,ocr', valueHint: 'names' },
  routes: { type: 'string', description: 'Paths it may ask for, such as /mistral/*', valueHint: 'paths' },
  'max-budget': { type: 'string', description: 'Dollars it may spend', valueHint: 'dollars' },
  'soft-budget': { type: 'string', description: 'Dollars from which on it is told', valueHint: 'dollars' },
  'budget-duration': { type: 'string', description: 'In which span: 1h, 1d, 30d, 1mo; without it in all its life', valueHint: 'span' },
  'budget-timezone': { type: 'string', description: 'Whose days and months: Europe/Paris (UTC)', valueHint: 'zone' },
  rpm: { type: 'string', description: 'Requests a minute', valueHint: 'number' },
  tpm: { type: 'string', description: 'Tokens a minute', valueHint: 'number' },
  parallel: { type: 'string', description: 'Calls at once', valueHint: 'number' },
  'max-output-tokens': { type: 'string', description: 'Tokens of an answer where the request does not say', valueHint: 'number' },
  expires: { type: 'string', description: 'How long it lives: 12h, 30d, 1mo', valueHint: 'span' },
  tags: { type: 'string', description: 'Tags of its calls, separated by commas', valueHint: 'names' },
  metadata: { type: 'string', description: 'Notes of yours, as JSON', valueHint: 'json' },
} as const;

type KeyOption = keyof typeof keyOptions;
type Reading = readonly [field: string, read: (text: string, option: string) => JsonValue];

const asText = (text: string): JsonValue => text;

const asList = (text: string): JsonValue =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');

function asCount(text: string, option: string): JsonValue {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new SettingsError(`--${option} has to be a whole number; it is "${text.slice(0, 60)}".`);
}

function asDollars(text: string, option: string): JsonValue {
  if (/^\d{1,9}(?:\.\d+)?$/.test(text)) return Number(text);
  throw new SettingsError(`--${option} has to be a number of dollars, such as 10 or 2.50; it is "${text.slice(0, 60)}".`);
}

function asObject(text: string, option: string): JsonValue {
  try {
    const value: unknown = JSON.parse(text);
    if (isJsonObject(value)) return value;
  } catch {
    // Said below.
  }
  throw new SettingsError(`--${option} has to be an object in JSON, such as '{"cost_center":"42"}'.`);
}

const readings: Readonly<Record<KeyOption, Reading>> = {
  alias: ['key_alias', asText],
  owner: ['user_id', asText],
  team: ['team_id', asText],
  models: ['models', asList],
  operations: ['allowed_operations', asList],
  routes: ['allowed_routes', asList],
  'max-budget': ['max_budget', asDollars],
  'soft-budget': ['soft_budget', asDollars],
  'budget-duration': ['budget_duration', asText],
  'budget-timezone': ['budget_timezone', asText],
  rpm: ['rpm_limit', asCount],
  tpm: ['tpm_limit', asCount],
  parallel: ['max_parallel_requests', asCount],
  'max-output-tokens': ['max_output_tokens', asCount],
  expires: ['duration', asText],
  tags: ['tags', asList],
  metadata: ['metadata', asObject],
};

/** The fields that a request to `/key/generate` has for what was given. */
export function toKeyFields(given: Readonly<Partial<Record<KeyOption, string | undefined>>>): JsonObject {
  return Object.fromEntries(
    Object.entries(readings).flatMap(([option, [field, read]]) => {
      const text = given[option as KeyOption];
      return text === undefined ? [] : [[field, read(text, option)]];
    }),
  );
}

/** A refusal of `keyAdmin()` names fields: who typed an option is told of the option. */
export async function namingOptions<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof ProxyError) || error.param === null) throw error;
    const name = error.param.split('.', 1)[0];
    const option = Object.entries(readings).find(([, [field]]) => field === name)?.[0];
    throw option === undefined ? error : new SettingsError(error.message.replace(`"${error.param}"`, `--${option}`));
  }
}
