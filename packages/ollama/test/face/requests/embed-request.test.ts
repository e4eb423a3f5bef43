import type { JsonObject } from '@ai-proxy/core';
import { describe, expect, it } from 'vitest';
import { thrownBy } from '../face-call.ts';
import { decode, model } from './decoded.ts';

describe('embeddings', () => {
  it.each<[string, JsonObject, JsonObject]>([
    ['embed', { input: 'a' }, { input: 'a' }],
    ['embed', { input: ['a', ''] }, { input: ['a', ''] }],
    [
      'embed',
      { input: 'a', dimensions: 3, truncate: false, keep_alive: '5m', options: { num_ctx: 64, num_gpu: 1 } },
      { input: 'a', dimensions: 3, truncate: false, keep_alive: '5m', options: { num_ctx: 64, num_gpu: 1 } },
    ],
    ['embed', { input: 'a', dimensions: 0, options: {} }, { input: 'a' }],
    ['embeddings', { prompt: 'a', keep_alive: 0 }, { input: 'a', keep_alive: 0 }],
  ])('by /api/%s with %j ask for %j', (route, fields, input) => {
    expect(decode(route, { model, ...fields })).toEqual({ operation: 'embeddings', model, stream: false, input: { model, ...input } });
  });

  it.each<[string, JsonObject, string]>([
    ['embed', { model, input: 3 }, 'invalid input type'],
    ['embed', { model, input: [1] }, 'invalid input type'],
    ['embed', { input: 'a' }, 'model is required'],
    [
      'embed',
      { model, input: 'a', dimensions: 'x' },
      'json: cannot unmarshal string into Go struct field EmbedRequest.dimensions of type int',
    ],
    ['embeddings', { model, prompt: ['a'] }, 'json: cannot unmarshal array into Go struct field EmbeddingRequest.prompt of type string'],
  ])('by /api/%s refuse %j', (route, body, message) => {
    expect(thrownBy(() => decode(route, body))).toMatchObject({ status: 400, message });
  });
});

describe('what asks nothing of a model', () => {
  const counts = { total_duration: 0, load_duration: 0, prompt_eval_count: 0 };
  const done = { done: true, ...counts, prompt_eval_duration: 0, eval_count: 0, eval_duration: 0, created_at: expect.any(String) };
  const said = { message: { role: 'assistant', content: '' } };
  it.each<[string, JsonObject, JsonObject]>([
    ['chat', {}, { ...done, ...said, done_reason: 'load' }],
    ['chat', { messages: [], keep_alive: '5m' }, { ...done, ...said, done_reason: 'load' }],
    ['chat', { messages: [], keep_alive: 0 }, { ...done, ...said, done_reason: 'unload' }],
    ['generate', {}, { ...done, response: '', done_reason: 'load' }],
    ['generate', { prompt: '', keep_alive: '0s' }, { ...done, response: '', done_reason: 'unload' }],
    ['generate', { prompt: '', keep_alive: 10 }, { ...done, response: '', done_reason: 'load' }],
    ['embed', {}, { embeddings: [], ...counts }],
    ['embed', { input: [] }, { embeddings: [], ...counts }],
  ])('/api/%s with %j is answered at once', (route, fields, answer) => {
    expect(decode(route, { model, ...fields }).answer).toEqual({ model, ...answer });
  });

  it('/api/embeddings without a prompt has no vector', () => {
    expect(decode('embeddings', { model }).answer).toEqual({ embedding: [] });
  });
});
