import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Usage } from '../../src/receipt/usage.ts';
import { costOf } from '../../src/receipt/cost.ts';
import type { Rates } from '../../src/receipt/price.ts';

const micros = (usage: Usage, rates: Rates): number | undefined => costOf(usage, { source: 'test', rates })?.micros;

describe('costOf', () => {
  // Reckoned by hand: dollars per million tokens are millionths of a dollar per token.
  it.each<[string, Usage, Rates, number]>([
    ['tokens in and out', { inputTokens: 1200, outputTokens: 340 }, { inputPerMillion: 2, outputPerMillion: 6 }, 2400 + 2040],
    [
      'cached tokens at their own rate',
      { inputTokens: 1000, cachedTokens: 400, outputTokens: 0 },
      { inputPerMillion: 0.5, cachedPerMillion: 0.05, outputPerMillion: 1.5 },
      300 + 20,
    ],
    ['cached tokens at the rate of others', { inputTokens: 1000, cachedTokens: 400 }, { inputPerMillion: 0.5 }, 500],
    ['more cached tokens than tokens', { inputTokens: 10, cachedTokens: 400 }, { inputPerMillion: 1, cachedPerMillion: 0.1 }, 1],
    ['a fraction, rounded up', { inputTokens: 3 }, { inputPerMillion: 0.1 }, 1],
    ['a sum of fractions, rounded once', { inputTokens: 3, outputTokens: 3 }, { inputPerMillion: 0.1, outputPerMillion: 0.1 }, 1],
    ['pages', { pages: 7 }, { perPage: 0.004 }, 28_000],
    ['pages of which some are annotated', { pages: 7, annotatedPages: 2 }, { perPage: 0.004, perAnnotatedPage: 0.005 }, 20_000 + 10_000],
    ['seconds, also broken ones', { seconds: 90.5 }, { perSecond: 0.00005 }, 4525],
    ['characters', { characters: 2000 }, { charactersPerMillion: 16 }, 32_000],
    ['a request', {}, { perRequest: 0.001 }, 1000],
    ['a request that is free', {}, { perRequest: 0 }, 0],
    [
      'audio beside tokens',
      { inputTokens: 10, outputTokens: 20, seconds: 60 },
      { inputPerMillion: 1, outputPerMillion: 2, perSecond: 0.001 },
      10 + 40 + 60_000,
    ],
    ['tokens that are free', { inputTokens: 10, outputTokens: 20 }, { inputPerMillion: 0, outputPerMillion: 0 }, 0],
    ['tokens that have no price beside pages that have', { inputTokens: 10, pages: 1 }, { perPage: 0.001 }, 1000],
  ])('prices %s', (_what, usage, rates, expected) => {
    expect(micros(usage, rates)).toBe(expected);
  });

  it.each<[string, Usage, Rates]>([
    ['nothing was stated', {}, { inputPerMillion: 1 }],
    ['nothing has a price', { inputTokens: 5 }, {}],
    ['what came out has no price', { inputTokens: 5, outputTokens: 5 }, { inputPerMillion: 1 }],
    ['what went in has no price', { inputTokens: 5, outputTokens: 5 }, { outputPerMillion: 1 }],
  ])('knows no cost where %s', (_what, usage, rates) => {
    expect(costOf(usage, { source: 'test', rates })).toBeNull();
  });

  it('is never below the exact sum, and less than a millionth above it', () => {
    const tokens = fc.integer({ min: 0, max: 2_000_000_000 });
    const rate = fc.integer({ min: 0, max: 100_000_000 });
    fc.assert(
      fc.property(tokens, tokens, rate, rate, (inputTokens, outputTokens, input, output) => {
        const exact = BigInt(inputTokens) * BigInt(input) + BigInt(outputTokens) * BigInt(output);
        const found =
          BigInt(micros({ inputTokens, outputTokens }, { inputPerMillion: input / 1e6, outputPerMillion: output / 1e6 }) ?? -1) *
          1_000_000n;
        expect(found >= exact && found - exact < 1_000_000n).toBe(true);
      }),
    );
  });
});
