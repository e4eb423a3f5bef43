import { describe, expect, it } from 'vitest';

import type { JsonObject, UpstreamRequest } from '@ai-proxy/core';
import { ollama } from '../../src/index.ts';
import { providerCall } from '../provider-call.ts';

const embeddings = ollama({ keepAlive: '1h', openaiDefaults: true }).operations.embeddings;
const call = (): ReturnType<typeof providerCall> => providerCall({ operation: 'embeddings', model: 'nomic-embed-text' });

describe('a request for embeddings', () => {
  it.each([
    ['one text', { input: 'a' }, { input: 'a' }],
    ['an empty text as a list, which has an embedding', { input: '' }, { input: [''] }],
    ['several texts in one request', { input: ['a', '', 'b'] }, { input: ['a', '', 'b'] }],
    ['dimensions', { input: 'a', dimensions: 3 }, { input: 'a', dimensions: 3 }],
    ['no encoding, which is the affair of the face', { input: 'a', encoding_format: 'base64' }, { input: 'a' }],
    [
      'the extensions of Ollama',
      { input: 'a', truncate: false, keep_alive: 0, num_ctx: 5, options: { num_batch: 6 } },
      { input: 'a', truncate: false, keep_alive: 0, options: { num_batch: 6, num_ctx: 5 } },
    ],
  ])('sends %s', (_title, input, sent) => {
    const recorded = call();
    const request = embeddings?.request(input, recorded) as UpstreamRequest;
    expect(request).toEqual({ path: '/api/embed', body: { model: 'nomic-embed-text', keep_alive: '1h', ...sent } });
    expect(recorded.dropped).toEqual([]);
  });

  it('reports what Ollama has nothing for', () => {
    const recorded = call();
    embeddings?.request({ input: 'a', user: 'u', temperature: 1 }, recorded);
    expect(recorded.dropped).toEqual(['user', 'temperature']);
  });

  it.each([[{}], [{ input: null }], [{ input: [] }], [{ input: [1, 2] }], [{ input: [[1, 2]] }], [{ input: 7 }]])(
    'is refused: %j',
    (input) => {
      expect(() => embeddings?.request(input as JsonObject, call())).toThrow(expect.objectContaining({ status: 400, param: 'input' }));
    },
  );
});

describe('embeddings', () => {
  it('come down as numbers, in their order', () => {
    const body = { model: 'm', embeddings: [[0.5, -1], [1e-9]], total_duration: 1, prompt_eval_count: 4 };
    expect(embeddings?.response(body, call())).toEqual({
      object: 'list',
      data: [
        { object: 'embedding', embedding: [0.5, -1], index: 0 },
        { object: 'embedding', embedding: [1e-9], index: 1 },
      ],
      model: 'm',
      usage: { prompt_tokens: 4, total_tokens: 4 },
    });
  });

  it('count nothing where nothing was counted', () => {
    expect(embeddings?.response({ embeddings: [] }, call())).toEqual({
      object: 'list',
      data: [],
      model: 'nomic-embed-text',
      usage: { prompt_tokens: 0, total_tokens: 0 },
    });
  });

  it.each([[{ embeddings: ['AAAA'] }], [{ embedding: [1] }], [[]]])('are refused where they are none: %j', (body) => {
    expect(() => embeddings?.response(body, call())).toThrow(expect.objectContaining({ status: 502, code: 'upstream_garbage' }));
  });
});
