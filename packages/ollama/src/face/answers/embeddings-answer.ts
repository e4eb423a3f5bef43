import { isJsonObject } from '@ai-proxy/core';
import type { Call, Encoder, JsonValue } from '@ai-proxy/core';
import { unreadableAnswer } from '../../errors/unreadable-answer.ts';
import { toObjects } from '../../requests/field-rules.ts';
import { machineClock, toNanoseconds } from './clock.ts';
import type { AnswerClock } from './clock.ts';
import { toCount } from './ending.ts';
import { createValueEncoder } from './value-encoder.ts';

/** Writes the answers of `/api/embed`: a vector for each text, in their order. */
export function createEmbedEncoder(call: Call, clock: AnswerClock = machineClock): Encoder {
  const startedAt = clock.tick();
  return createValueEncoder((value) => {
    const usage = isJsonObject(value) && isJsonObject(value['usage']) ? value['usage'] : {};
    return {
      model: call.model ?? '',
      embeddings: readVectors(value),
      total_duration: toNanoseconds(clock.tick() - startedAt),
      load_duration: 0,
      prompt_eval_count: toCount(usage['prompt_tokens']),
    };
  });
}

/** The same for `/api/embeddings`: the vector of the one text. */
export function createEmbeddingsEncoder(): Encoder {
  return createValueEncoder((value) => ({ embedding: readVectors(value)[0] ?? [] }));
}

function readVectors(value: unknown): JsonValue[] {
  const entries = isJsonObject(value) ? toObjects(value['data']) : [];
  const position = ({ index }: (typeof entries)[number], otherwise: number): number => (typeof index === 'number' ? index : otherwise);
  return entries
    .map((entry, at) => ({ at: position(entry, at), vector: entry['embedding'] }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ vector }) => {
      if (Array.isArray(vector)) return vector;
      throw unreadableAnswer('the provider answered with something that is no embedding');
    });
}
