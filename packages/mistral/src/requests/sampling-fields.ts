import { invalidParameter, keepNumber, keepObject, keepString, toNumber } from '@ai-proxy/core';
import type { FieldRule } from '@ai-proxy/core';
const greatestTemperature = 1.5;

const temperature: FieldRule = (value, field, { body, call }) => {
  const asked = toNumber(value, field);
  if (asked > greatestTemperature) call.drop(field, `${asked} is above the provider's maximum; ${greatestTemperature} was sent`);
  body[field] = Math.min(asked, greatestTemperature);
};

const topP: FieldRule = (value, field, { body, call }) => {
  const asked = toNumber(value, field);
  if (asked === 0) call.drop(field, 'the provider takes no 0');
  else body[field] = asked;
};

const stop: FieldRule = (value, field, { body }) => {
  if (typeof value === 'string') body[field] = value;
  else if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'string')) {
    throw invalidParameter(field, '`stop` must be a string or a list of strings');
  } else if (value.length > 0) body[field] = value;
};

const maxTokens: FieldRule = (value, field, { input, body, call }) => {
  const rival = input['max_completion_tokens'];
  if (rival === undefined || rival === null) body['max_tokens'] = toNumber(value, field);
  else if (rival !== value) call.drop(field, 'max_completion_tokens wins');
};

const maxCompletionTokens: FieldRule = (value, field, { body }) => {
  body['max_tokens'] = toNumber(value, field);
};

const seed: FieldRule = (value, field, { input, body, call }) => {
  const asked = toNumber(value, field);
  const rival = input['random_seed'];
  if (rival !== undefined && rival !== null) {
    if (rival !== asked) call.drop(field, 'random_seed wins');
    return;
  }
  if (asked < 0) call.drop(field, `the provider takes no negative seed; ${-asked} was sent`);
  body['random_seed'] = Math.abs(asked);
};

/** What chat and fill-in-the-middle requests have in common. */
export const samplingFields: readonly (readonly [string, FieldRule])[] = [
  ['temperature', temperature],
  ['top_p', topP],
  ['max_tokens', maxTokens],
  ['max_completion_tokens', maxCompletionTokens],
  ['stop', stop],
  ['seed', seed],
  ['random_seed', keepNumber],
  ['metadata', keepObject],
  ['prompt_cache_key', keepString],
];
