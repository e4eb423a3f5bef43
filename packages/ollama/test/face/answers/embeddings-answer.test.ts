import { ProxyError } from '@ai-proxy/core';
import type { JsonValue } from '@ai-proxy/core';
import { describe, expect, it } from 'vitest';
import { createEmbedEncoder, createEmbeddingsEncoder } from '../../../src/face/answers/embeddings-answer.ts';
import { faceCall, handClock } from '../face-call.ts';

const call = faceCall('embeddings');
const answer = (...data: JsonValue[]): unknown => ({ object: 'list', model: 'm', data, usage: { prompt_tokens: 4, total_tokens: 4 } });

describe('vectors', () => {
  it('come in the order of their texts, with every number', () => {
    const value = answer({ index: 1, embedding: [2] }, { index: 0, embedding: [1, 0.5] });
    const clock = handClock();
    const encoder = createEmbedEncoder(call, clock);
    clock.forward(10);
    expect(JSON.parse(encoder.value(value))).toEqual({
      model: 'fast',
      embeddings: [[1, 0.5], [2]],
      total_duration: 10_000_000,
      load_duration: 0,
      prompt_eval_count: 4,
    });
  });

  it('are counted as 0 tokens where nobody counted', () => {
    expect(JSON.parse(createEmbedEncoder(call, handClock()).value({ data: [{ embedding: [1] }] }))).toMatchObject({
      embeddings: [[1]],
      prompt_eval_count: 0,
    });
  });

  it('are one in the older form', () => {
    expect(createEmbeddingsEncoder().value(answer({ index: 0, embedding: [1, 2] }))).toBe('{"embedding":[1,2]}');
  });

  it('must be lists of numbers', () => {
    expect(() => createEmbedEncoder(call).value(answer({ index: 0, embedding: 'AAAA' }))).toThrow(ProxyError);
  });
});
