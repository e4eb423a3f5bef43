import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { stopMarks } from '../content/stop-marks.ts';
import { numberOf } from '../json/json-object.ts';

const kinds: Readonly<Record<string, 'integer' | 'float32' | 'boolean' | 'array'>> = {
  num_keep: 'integer',
  seed: 'integer',
  num_predict: 'integer',
  top_k: 'integer',
  top_p: 'float32',
  min_p: 'float32',
  typical_p: 'float32',
  repeat_last_n: 'integer',
  temperature: 'float32',
  repeat_penalty: 'float32',
  presence_penalty: 'float32',
  frequency_penalty: 'float32',
  stop: 'array',
  num_ctx: 'integer',
  num_batch: 'integer',
  num_gpu: 'integer',
  main_gpu: 'integer',
  use_mmap: 'boolean',
  num_thread: 'integer',
  draft_num_predict: 'integer',
};

/** The options that change what the simulator says. */
export interface RunOptions {
  /** Nothing where there is no limit. */
  readonly maxTokens: number | undefined;
  readonly stop: readonly string[];
  readonly contextLength: number;
}

/** Lays a request's options over those of the Modelfile; says what is wrong where a type is. Unknown ones count for nothing. */
export function readRunOptions(
  modelfile: JsonObject,
  request: JsonObject,
  contextLength: number,
): RunOptions | { readonly refused: string } {
  const values: Record<string, JsonValue> = {};
  for (const [name, value] of [...Object.entries(modelfile), ...Object.entries(request)]) {
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined || value === undefined || value === null) continue;
    const read = readOption(kind, value);
    if (typeof read === 'object' && 'wrong' in read) return { refused: `option ${JSON.stringify(name)} must be of ${read.wrong}` };
    values[name] = read.value;
  }
  const limit = numberOf(values.num_predict);
  return {
    maxTokens: limit === undefined || limit <= 0 ? undefined : limit,
    stop: stopMarks(values.stop),
    contextLength: Math.max(numberOf(values.num_ctx) ?? contextLength, 1),
  };
}

function readOption(
  kind: 'integer' | 'float32' | 'boolean' | 'array',
  value: JsonValue,
): { readonly value: JsonValue } | { readonly wrong: string } {
  switch (kind) {
    case 'integer':
      return typeof value === 'number' ? { value: Math.trunc(value) } : { wrong: 'type integer' };
    case 'float32':
      return typeof value === 'number' ? { value } : { wrong: 'type float32' };
    case 'boolean':
      return typeof value === 'boolean' ? { value } : { wrong: 'type boolean' };
    case 'array':
      if (!Array.isArray(value)) return { wrong: 'type array' };
      return value.every((item) => typeof item === 'string') ? { value } : { wrong: 'an array of strings' };
    default:
      return kind satisfies never;
  }
}
