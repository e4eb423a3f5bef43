import type { PricedTarget, Rates } from '@ai-proxy/core';
import { describe, expect, it } from 'vitest';
import { prices } from '../../src/prices/index.ts';

const november = Date.UTC(2026, 10, 1);

const target = (model: string, more: Partial<PricedTarget> = {}): PricedTarget => ({
  system: 'mistral_ai',
  provider: 'mistral',
  model,
  otherNames: [],
  operation: 'chat',
  at: november,
  ...more,
});

describe('published prices', () => {
  it.each<[string, Rates]>([
    ['mistral-large-2512', { inputPerMillion: 0.5, cachedPerMillion: 0.05, outputPerMillion: 1.5 }],
    ['mistral-small-2603', { inputPerMillion: 0.15, cachedPerMillion: 0.015, outputPerMillion: 0.6 }],
    ['mistral-embed', { inputPerMillion: 0.1, outputPerMillion: 0.1 }],
    ['mistral-ocr-latest', { perPage: 0.004, perAnnotatedPage: 0.005 }],
    ['mistral-ocr-2512', { perPage: 0.002, perAnnotatedPage: 0.003 }],
    ['voxtral-mini-latest', { perSecond: 0.00005 }],
  ])('%s', (model, rates) => {
    expect(prices().priceOf(target(model))).toEqual({ source: expect.stringMatching(/^genai-prices 0\.1\.8, /) as string, rates });
  });

  it.each([
    ['mistral-large-latest', 'mistral-large-2512'],
    ['mistral-small-latest', 'mistral-small-2603'],
    ['devstral-latest', 'devstral-2512'],
  ])('of %s are those of %s', (alias, dated) => {
    expect(prices().priceOf(target(alias))).toEqual(prices().priceOf(target(dated)));
    expect(prices().priceOf(target(dated))).not.toBeUndefined();
  });

  it("follow the provider's own list before any other", () => {
    const listed = prices().priceOf(target('mistral-large-latest', { otherNames: ['mistral-large', 'mistral-large-2411'] }));
    expect(listed?.rates).toEqual({ inputPerMillion: 2, outputPerMillion: 6 });
  });

  it('are those of the day of the call', () => {
    const before = prices().priceOf(target('mistral-medium-latest', { at: Date.UTC(2026, 0, 1) }));
    const after = prices().priceOf(target('mistral-medium-latest', { at: november }));
    expect([before?.rates.inputPerMillion, after?.rates.inputPerMillion]).toEqual([0.4, 1.5]);
  });

  it.each([
    ['a model that nobody has heard of', target('no-such-model')],
    ['a model whose price is a secret', target('mistral-moderation-latest')],
    ['a model that is listed without a price', target('mistral-nemo:free')],
    ['a local server', target('mistral-large-2512', { system: 'ollama', provider: 'ollama' })],
    ['a server that speaks as OpenAI does', target('mistral-large-2512', { system: 'openai', provider: 'gguf' })],
    ['a name like one of every object', target('constructor')],
  ])('are unknown for %s', (_what, asked) => {
    expect(prices().priceOf(asked)).toBeUndefined();
  });
});

describe("the operator's prices", () => {
  const own = {
    'mistral/mistral-large-2512': { inputPerMillion: 1, outputPerMillion: 2 },
    'local/*': { perRequest: 0 },
    'local/big*': { inputPerMillion: 3, outputPerMillion: 3 },
  };

  it.each<[string, PricedTarget, Rates | undefined]>([
    ['win over published ones', target('mistral-large-2512'), own['mistral/mistral-large-2512']],
    [
      'hold for other names of the model',
      target('mistral-large-latest', { otherNames: ['mistral-large-2512'] }),
      own['mistral/mistral-large-2512'],
    ],
    ['take the longest pattern', target('bigger', { system: 'ollama', provider: 'local' }), own['local/big*']],
    ['make a provider free', target('llama3', { system: 'ollama', provider: 'local' }), own['local/*']],
    ['hold for one provider only', target('llama3', { system: 'ollama', provider: 'other' }), undefined],
  ])('%s', (_what, asked, rates) => {
    expect(prices({ own }).priceOf(asked)?.rates).toEqual(rates);
  });

  it('name their source', () => {
    expect(prices({ own }).priceOf(target('x', { provider: 'local' }))?.source).toBe("the operator's own, local/*");
  });

  it.each<[string, unknown, string]>([
    ['a name without a provider', { 'mistral-large': {} }, 'expected "provider/model"'],
    ['a misspelt rate', { 'a/b': { inputPerMilion: 1 } }, 'inputPerMilion'],
    ['a price below nothing', { 'a/b': { perPage: -1 } }, 'a/b.perPage'],
    ['text', { 'a/b': { perPage: '1' } }, 'a/b.perPage'],
  ])('are refused where they hold %s', (_what, given, message) => {
    expect(() => prices({ own: given as Record<string, Rates> })).toThrow(message);
  });
});

it('gives the same answer again, however many models a caller names', () => {
  const table = prices();
  const first = table.priceOf(target('mistral-large-2512'));
  for (let index = 0; index < 3000; index += 1) expect(table.priceOf(target(`no-such-model-${index}`))).toBeUndefined();
  expect(table.priceOf(target('mistral-large-2512'))).toEqual(first);
});
