import type { JsonObject } from '@ai-proxy/core';
import { describe, expect, it } from 'vitest';
import { checkOneSpelling } from '../../src/rules/one-spelling.ts';
import { chat, makeGateway } from '../fixtures/make-gateway.ts';

describe('two fields of one name', () => {
  it.each<[JsonObject, string]>([
    [{ model: 'small', Model: 'large' }, 'Model'],
    [{ MODEL: 'small', Model: 'large' }, 'MODEL'],
    [{ model: 'small', mODEL: 'large' }, 'mODEL'],
    [{ max_tokens: 1, Max_Tokens: 2 }, 'Max_Tokens'],
    [{ messages: [], 'me\u017f\u017fages': [] }, 'me\u017f\u017fages'],
    [{ model: 'small', options: { num_predict: 1, Num_predict: 2 } }, 'options.Num_predict'],
  ])('are refused: %j', (input, param) => {
    expect(() => checkOneSpelling(input)).toThrow(expect.objectContaining({ status: 400, param }));
  });

  it.each<JsonObject>([
    {},
    { model: 'small' },
    { Model: 'small' },
    { model: 'small', responseFormat: {}, response_format: {} },
    { options: [] },
  ])('are not found in %j', (input) => {
    expect(() => checkOneSpelling(input)).not.toThrow();
  });

  it('bring no key to a model that it may not use', async () => {
    const gateway = await makeGateway();
    const key = await gateway.addKey({ models: ['small'] });
    const sly = { model: 'small', Model: 'large' };
    for (const request of [chat(key, sly), { ...chat(key, sly), target: '/test/v1/chat' }]) {
      const answer = await gateway.ask(request);
      expect([request.target, answer.status]).toEqual([request.target, 400]);
    }
    expect(gateway.upstream.requests.filter(({ url }) => url !== '/models')).toEqual([]);
  });
});
