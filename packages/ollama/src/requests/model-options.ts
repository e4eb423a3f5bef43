import { invalidParameter, isJsonObject, toBoolean, toNumber } from '@ai-proxy/core';
import type { JsonObject, JsonValue, ProviderCall } from '@ai-proxy/core';
import type { FieldContext, FieldRule } from './field-rules.ts';

type OptionKind = 'number' | 'boolean' | 'texts';

/** Every option that Ollama's runners know. A wrong type would be a 500 there, and so is a 400 here. */
const optionKinds: ReadonlyMap<string, OptionKind> = new Map<string, OptionKind>([
  ['num_keep', 'number'],
  ['seed', 'number'],
  ['num_predict', 'number'],
  ['top_k', 'number'],
  ['top_p', 'number'],
  ['min_p', 'number'],
  ['typical_p', 'number'],
  ['repeat_last_n', 'number'],
  ['temperature', 'number'],
  ['repeat_penalty', 'number'],
  ['presence_penalty', 'number'],
  ['frequency_penalty', 'number'],
  ['stop', 'texts'],
  ['num_ctx', 'number'],
  ['num_batch', 'number'],
  ['num_gpu', 'number'],
  ['main_gpu', 'number'],
  ['use_mmap', 'boolean'],
  ['num_thread', 'number'],
  ['draft_num_predict', 'number'],
]);

/** Ollama's own `options`, where a caller brings them. What OpenAI has a field for is taken from there first. */
export function readOptions(input: JsonObject, call: ProviderCall): JsonObject {
  const given = input['options'];
  if (given === undefined || given === null) return {};
  if (!isJsonObject(given)) throw invalidParameter('options', '`options` must be an object');
  const options: JsonObject = {};
  for (const key of Object.keys(given)) {
    const value = given[key];
    if (value === undefined || value === null) continue;
    const kind = optionKinds.get(key);
    if (kind === undefined) call.drop(`options.${key}`, 'no option of Ollama');
    else writeOption(options, key, toOption(value, kind, `options.${key}`));
  }
  return options;
}

function toOption(value: JsonValue, kind: OptionKind, path: string): JsonValue {
  switch (kind) {
    case 'number':
      return toNumber(value, path);
    case 'boolean':
      return toBoolean(value, path);
    case 'texts':
      return toTexts(value, path);
    default:
      return kind satisfies never;
  }
}

/** Stop sequences; Ollama takes a list only. */
function toTexts(value: JsonValue, path: string): string[] {
  const list = typeof value === 'string' ? [value] : value;
  if (!Array.isArray(list) || !list.every((entry) => typeof entry === 'string')) {
    throw invalidParameter(path, `\`${path}\` must be a string or a list of strings`);
  }
  return list;
}

function writeOption(options: JsonObject, name: string, value: JsonValue): void {
  // An empty list would take away the stops that the model comes with.
  if (!Array.isArray(value) || value.length > 0) options[name] = value;
}

/** Puts a top-level field among the options; it wins over the same option, and a difference is reported. */
function toOptionNamed(name: string, kind: OptionKind): FieldRule {
  return (value, field, { options, call }) => {
    const option = toOption(value, kind, field);
    const rival = options[name];
    if (rival !== undefined && JSON.stringify(rival) !== JSON.stringify(option)) call.drop(`options.${name}`, `${field} wins`);
    writeOption(options, name, option);
  };
}

const numPredict = toOptionNamed('num_predict', 'number');

/** Ollama reads 0 as no limit, which is the opposite of what it says. */
const maxCompletionTokens: FieldRule = (value, field, context) => {
  if (toNumber(value, field) < 1) throw invalidParameter(field, `\`${field}\` must be 1 or greater`);
  numPredict(value, field, context);
};

const maxTokens: FieldRule = (value, field, context) => {
  const rival = context.input['max_completion_tokens'];
  if (rival === undefined || rival === null) maxCompletionTokens(value, field, context);
  else if (rival !== value) context.call.drop(field, 'max_completion_tokens wins');
};

/** The size of the context, which embeddings have as well. */
export const contextLength: readonly [string, FieldRule] = ['num_ctx', toOptionNamed('num_ctx', 'number')];

/** The fields that become options: OpenAI's own, and the few of Ollama's that callers write beside them. */
export const optionFields: readonly (readonly [string, FieldRule])[] = [
  ['max_tokens', maxTokens],
  ['max_completion_tokens', maxCompletionTokens],
  ['stop', toOptionNamed('stop', 'texts')],
  ...['temperature', 'top_p', 'seed', 'presence_penalty', 'frequency_penalty', 'top_k', 'min_p', 'repeat_penalty'].map(
    (name) => [name, toOptionNamed(name, 'number')] as const,
  ),
  contextLength,
];

/** Writes what OpenAI takes for granted, for operators who want that; then the options, where there are any. */
export function writeOptions({ body, options }: FieldContext, openaiDefaults: boolean): void {
  if (openaiDefaults) {
    options['temperature'] ??= 1;
    options['top_p'] ??= 1;
  }
  if (Object.keys(options).length > 0) body['options'] = options;
}
