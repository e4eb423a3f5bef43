import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRetryBudget, retryDelay } from '../../src/attempts/retry.ts';

const options = { attempts: 2, delay: 500, maxDelay: 10_000 };

describe('retryDelay', () => {
  it('doubles, up to the longest pause, and is shortened by at most a half', () => {
    fc.assert(
      fc.property(
        fc.nat(10_000),
        fc.nat(60_000),
        fc.nat(40),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (delay, maxDelay, attempt, random) => {
          const full = Math.min(delay * 2 ** attempt, maxDelay);
          const given = retryDelay({ attempts: 9, delay, maxDelay }, attempt, undefined, () => random);
          expect(given).toBeGreaterThanOrEqual(full / 2);
          expect(given).toBeLessThanOrEqual(full);
        },
      ),
    );
    expect([0, 1, 2, 3].map((attempt) => retryDelay(options, attempt, undefined, () => 0))).toEqual([500, 1000, 2000, 4000]);
  });

  it('is what the provider asks for, exactly, unless that is too long', () => {
    fc.assert(
      fc.property(fc.nat(20_000), fc.nat(10), (retryAfter, attempt) => {
        expect(retryDelay(options, attempt, retryAfter)).toBe(retryAfter <= options.maxDelay ? retryAfter : undefined);
      }),
    );
  });
});

describe('createRetryBudget', () => {
  it('never grants more than a tenth of the calls and ten', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 2_000 }), (actions) => {
        const budget = createRetryBudget();
        let calls = 0;
        let retries = 0;
        for (const isCall of actions) {
          if (isCall) {
            budget.earn();
            calls += 1;
          } else if (budget.spend()) retries += 1;
          expect(retries).toBeLessThanOrEqual(10 + calls * 0.1 + 1e-6);
        }
      }),
    );
  });

  it('grants one retry for ten calls once the store is empty', () => {
    const budget = createRetryBudget();
    expect(Array.from({ length: 11 }, () => budget.spend())).toEqual([...Array.from({ length: 10 }, () => true), false]);
    for (let round = 0; round < 50; round += 1) {
      for (let call = 0; call < 9; call += 1) budget.earn();
      expect(budget.spend()).toBe(false);
      budget.earn();
      expect(budget.spend()).toBe(true);
    }
  });

  it('does not save up more than ten', () => {
    const budget = createRetryBudget();
    for (let call = 0; call < 10_000; call += 1) budget.earn();
    let granted = 0;
    while (budget.spend()) granted += 1;
    expect(granted).toBe(10);
  });
});
