import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { badRequest } from './bad-request.ts';
import { readObject } from './go-values.ts';

type OptionKind = 'integer' | 'float32' | 'boolean' | 'array';

const optionKinds: ReadonlyMap<string, OptionKind> = new Map<string, OptionKind>([
  ['num_keep', 'integer'],
  ['seed', 'integer'],
  ['num_predict', 'integer'],
  ['top_k', 'integer'],
  ['top_p', 'float32'],
  ['min_p', 'float32'],
  ['typical_p', 'float32'],
  ['repeat_last_n', 'integer'],
  ['temperature', 'float32'],
  ['repeat_penalty', 'float32'],
  ['presence_penalty', 'float32'],
  ['frequency_penalty', 'float32'],
  ['stop', 'array'],
  ['num_ctx', 'integer'],
  ['num_batch', 'integer'],
  ['num_gpu', 'integer'],
  ['main_gpu', 'integer'],
  ['use_mmap', 'boolean'],
  ['num_thread', 'integer'],
  ['draft_num_predict', 'integer'],
]);

/**
 * Options that providers know as fields of the request: OpenAI's own, and the samplers that local servers of either kind know by the same
 * names.
 */
const fieldsOfRequest: ReadonlySet<string> = new Set([
  'temperature',
  'top_p',
  'seed',
  'stop',
  'presence_penalty',
  'frequency_penalty',
  'top_k',
  'min_p',
  'repeat_penalty',
  'num_ctx',
]);

/**
 * The options of a request, their types checked: Ollama fails on a wrong one, with these words. What it does not know stays, for the
 * provider to report.
 */
export function readOptions(request: JsonObject, root: string): JsonObject {
  const options: JsonObject = {};
  for (const [name, value] of Object.entries(readObject(request, 'options', root) ?? {})) {
    if (value === undefined || value === null) continue;
    const kind = optionKinds.get(name);
    options[name] = kind === undefined ? value : toOption(name, value, kind);
  }
  return options;
}

/** Options as fields of an OpenAI request; what has no field there stays under `options`. */
export function fromOptions(options: JsonObject): JsonObject {
  const fields: JsonObject = {};
  const rest: JsonObject = {};
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (name === 'num_predict') {
      // 0 and below are no limit to Ollama, which OpenAI says by saying nothing.
      if (typeof value === 'number' && value > 0) fields['max_tokens'] = value;
    } else if (isDefault(name, value)) continue;
    else if (fieldsOfRequest.has(name)) fields[name] = value;
    else rest[name] = value;
  }
  return Object.keys(rest).length === 0 ? fields : { ...fields, options: rest };
}

/** What is written out, and means the same as nothing: a seed of chance, and no stops. */
function isDefault(name: string, value: JsonValue): boolean {
  return (name === 'seed' && value === -1) || (name === 'stop' && Array.isArray(value) && value.length === 0);
}

function toOption(name: string, value: JsonValue, kind: OptionKind): JsonValue {
  switch (kind) {
    case 'integer':
      if (typeof value === 'number') return Math.trunc(value);
      throw wrongType(name, 'type integer');
    case 'float32':
      if (typeof value === 'number') return value;
      throw wrongType(name, 'type float32');
    case 'boolean':
      if (typeof value === 'boolean') return value;
      throw wrongType(name, 'type boolean');
    case 'array':
      if (!Array.isArray(value)) throw wrongType(name, 'type array');
      if (value.every((item) => typeof item === 'string')) return value;
      throw wrongType(name, 'an array of strings');
    default:
      return kind satisfies never;
  }
}

function wrongType(name: string, type: string): Error {
  return badRequest(`option ${JSON.stringify(name)} must be of ${type}`, `options.${name}`);
}
