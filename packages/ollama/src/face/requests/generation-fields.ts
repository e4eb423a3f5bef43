import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { badRequest } from './bad-request.ts';
import { kindOf, readBoolean, readInteger } from './go-values.ts';
import { fromOptions, readOptions } from './model-options.ts';

/**
 * What chat and generate have in common, but for the probabilities, in OpenAI's words; Ollama's own stay under their names for providers
 * that know them.
 */
export function generationFields(request: JsonObject, root: string): JsonObject {
  return {
    ...fromOptions(readOptions(request, root)),
    ...readFormat(request['format']),
    ...readThink(request['think']),
    ...readKeepAlive(request['keep_alive']),
    ...given('truncate', readBoolean(request, 'truncate', root)),
    ...given('shift', readBoolean(request, 'shift', root)),
  };
}

/** A field, where there is something to say in it. */
export function given(field: string, value: JsonValue | undefined): JsonObject {
  return value === undefined || value === null ? {} : { [field]: value };
}

/** How many alternatives to each token are asked for; nothing where no probabilities are. */
export function readAlternatives(request: JsonObject, root: string): number | undefined {
  const alternatives = readInteger(request, 'top_logprobs', root) ?? 0;
  if (alternatives < 0 || alternatives > 20) throw badRequest('top_logprobs must be between 0 and 20', 'top_logprobs');
  return readBoolean(request, 'logprobs', root) === true ? alternatives : undefined;
}

/** How long the model stays in memory: a number of seconds, or a duration that the provider will judge. */
export function readKeepAlive(value: JsonValue | undefined): JsonObject {
  if (value === undefined || value === null || typeof value === 'number' || typeof value === 'string') return given('keep_alive', value);
  throw badRequest(`Unsupported type: '${kindOf(value)}'`, 'keep_alive');
}

function readFormat(format: JsonValue | undefined): JsonObject {
  if (format === undefined || format === null || format === '') return {};
  if (format === 'json') return { response_format: { type: 'json_object' } };
  // The name is OpenAI's: a schema has to have one.
  if (isJsonObject(format)) return { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: format } } };
  const shown = JSON.stringify(format).slice(0, 100);
  throw badRequest(`invalid format: ${JSON.stringify(shown)}; expected "json" or a valid JSON Schema object`, 'format');
}

const levels: ReadonlySet<unknown> = new Set(['low', 'medium', 'high', 'max']);

/**
 * How much the model shall think. Plainly to think is the middle for whoever wants a level; an Ollama behind the proxy gets the word itself
 * as well, because most of its models refuse a level.
 */
function readThink(think: JsonValue | undefined): JsonObject {
  const allowed = '"high", "medium", "low", "max", true, or false';
  if (think === undefined || think === null || think === '') return {};
  if (think === true) return { think: true, reasoning_effort: 'medium' };
  if (think === false) return { reasoning_effort: 'none' };
  if (levels.has(think)) return { reasoning_effort: think };
  if (typeof think !== 'string') throw badRequest(`think must be a boolean or string (${allowed})`, 'think');
  throw badRequest(`invalid think value: ${JSON.stringify(think.slice(0, 32))} (must be ${allowed})`, 'think');
}
