import { describe, expect, it } from 'vitest';

import type { JsonObject } from '@ai-proxy/core';
import { mistral } from '../../src/index.ts';
import { providerCall } from '../provider-call.ts';

const operation = mistral().operations.embeddings;
const base = { model: 'mistral-embed', encoding_format: 'float', input: 'a' };

const rows: readonly (readonly [JsonObject, JsonObject, (readonly string[])?])[] = [
  [{ input: 'a' }, base],
  [{ input: ['a', 'b'] }, { ...base, input: ['a', 'b'] }],
  [{ input: 'a', encoding_format: 'base64' }, base],
  [
    { input: 'a', dimensions: 256 },
    { ...base, output_dimension: 256 },
  ],
  [{ input: 'a', output_dimension: 512, dimensions: 256 }, { ...base, output_dimension: 512 }, ['dimensions']],
  [
    { input: 'a', output_dtype: 'int8', metadata: { a: 1 } },
    { ...base, output_dtype: 'int8', metadata: { a: 1 } },
  ],
  [{ input: 'a', user: 'u', x: 1, dimensions: null }, base, ['user', 'x']],
];

describe('embeddings', () => {
  it.each(rows.map(([given, expected, dropped = []]) => [given, expected, dropped] as const))('%j go up as %j', (input, body, dropped) => {
    const call = providerCall({ operation: 'embeddings', model: 'mistral-embed' });
    expect(operation?.request(input, call)).toEqual({ path: '/v1/embeddings', body });
    expect(call.dropped).toEqual(dropped);
  });

  it.each([[[1, 2]], [[[1], [2]]], [undefined], [{}]])('of %j are refused', (input) => {
    expect(() => operation?.request({ input }, providerCall())).toThrow(
      expect.objectContaining({ status: 400, code: 'invalid_parameter', param: 'input' }),
    );
  });

  it('come down as lists of numbers', () => {
    const body = {
      id: 'x',
      object: 'list',
      model: 'mistral-embed',
      data: [{ object: 'embedding', embedding: [0.1, 0.2], index: 0 }, { embedding: [0.3] }],
      usage: { prompt_tokens: 3, total_tokens: 3, completion_tokens: 0 },
    };
    expect(operation?.response(body, providerCall())).toEqual({
      object: 'list',
      model: 'mistral-embed',
      data: [
        { object: 'embedding', embedding: [0.1, 0.2], index: 0 },
        { object: 'embedding', embedding: [0.3], index: 1 },
      ],
      usage: { prompt_tokens: 3, total_tokens: 3 },
    });
  });

  it.each([[{}], [{ data: [{}] }], ['x']])('are a 502 where the answer is %j', (body) => {
    expect(() => operation?.response(body, providerCall())).toThrow(expect.objectContaining({ status: 502, code: 'upstream_garbage' }));
  });
});

describe('moderations', () => {
  const moderations = mistral().operations.moderations;

  it.each([
    ['a', 'a'],
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    [[{ type: 'text', text: 'a' }], ['a']],
  ])('of %j go up as %j', (input, sent) => {
    const call = providerCall({ operation: 'moderations', model: 'm' });
    expect(moderations?.request({ input, model: 'alias', x: 1, metadata: { a: 1 } }, call)).toEqual({
      path: '/v1/moderations',
      body: { model: 'm', input: sent, metadata: { a: 1 } },
    });
    expect(call.dropped).toEqual(['x']);
  });

  it('of pictures are refused', () => {
    expect(() => moderations?.request({ input: [{ type: 'image_url', image_url: { url: 'u' } }] }, providerCall())).toThrow(
      expect.objectContaining({ status: 400, param: 'input[0]' }),
    );
  });

  it('are flagged where any category is', () => {
    const scores = { sexual: 0.9, pii: 0.1 };
    const results = [
      { categories: { sexual: true, pii: false }, category_scores: scores },
      { categories: { sexual: false, pii: false }, category_scores: scores },
    ];
    expect(moderations?.response({ id: 'i', model: 'm', results }, providerCall())).toEqual({
      id: 'i',
      model: 'm',
      results: [
        { flagged: true, ...results[0] },
        { flagged: false, ...results[1] },
      ],
    });
  });
});
