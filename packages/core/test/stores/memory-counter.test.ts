import { checkAgainstOracle, counterContract } from '@ai-proxy/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryCounter } from '../../src/stores/memory-counter.ts';
import type { Counter } from '../../src/stores/counter.ts';

function onTestClock(options: { readonly windows?: number } = {}): {
  counter: Counter;
  now: () => number;
  pass: (milliseconds: number) => void;
} {
  let time = 1_800_000_000_000;
  const now = (): number => time;
  return { counter: memoryCounter({ now, ...options }), now, pass: (milliseconds) => void (time += milliseconds) };
}

describe('memoryCounter', () => {
  const { counter, pass } = onTestClock();
  it.each(counterContract({ open: () => counter, pass }).map(({ name, run }) => [name, run] as const))('%s', async (_name, run) => {
    await expect(run()).resolves.toBeUndefined();
  });

  it('says what a sequential oracle says, in any story of calls, deaths and time', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(10_000), { maxLength: 400, size: 'max' }), async (story) =>
        checkAgainstOracle(onTestClock(), story),
      ),
      { numRuns: 300 },
    );
  });

  it('never admits more than the limit in any span of a period', async () => {
    const period = 60_000;
    const steps = fc.array(fc.record({ wait: fc.nat(9000), amount: fc.integer({ min: 1, max: 4 }) }), { minLength: 20, maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(steps, async (calls) => {
        const { counter: fresh, now, pass: wait } = onTestClock();
        const admitted: { at: number; amount: number }[] = [];
        for (const [index, call] of calls.entries()) {
          wait(call.wait);
          const answer = await fresh.reserve({
            id: String(index),
            root: 'r',
            ttl: 1000,
            windows: [{ kind: 'rate', key: 'k', limit: 10, period, amount: call.amount }],
          });
          if (answer.kind === 'reserved') admitted.push({ at: now(), amount: call.amount });
        }
        for (const { at } of admitted) {
          const inSpan = admitted.filter((one) => one.at >= at && one.at < at + period).reduce((sum, { amount }) => sum + amount, 0);
          expect(inSpan).toBeLessThanOrEqual(10);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('lets a refused amount through at the moment it was told, and not before', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(5000), { minLength: 5, maxLength: 30 }),
        fc.integer({ min: 7, max: 100_000 }),
        async (waits, period) => {
          const { counter: fresh, pass: wait } = onTestClock();
          const windows = [{ kind: 'rate', key: 'k', limit: 4, period, amount: 1 }] as const;
          for (const [index, milliseconds] of waits.entries()) {
            wait(milliseconds);
            const answer = await fresh.reserve({ id: String(index), root: 'r', ttl: 1000, windows });
            if (answer.kind !== 'refused') continue;
            const retryIn = answer.refusals[0]?.retryIn ?? 0;
            wait(retryIn - 1);
            expect((await fresh.reserve({ id: `${index} early`, root: 'r', ttl: 1000, windows })).kind).toBe('refused');
            wait(1);
            expect((await fresh.reserve({ id: `${index} then`, root: 'r', ttl: 1000, windows })).kind).toBe('reserved');
          }
        },
      ),
    );
  });

  it('forgets the windows that were used longest ago where they are too many, but none that is held', async () => {
    const { counter: small } = onTestClock({ windows: 10 });
    await small.open('r', [{ key: 'held', spent: 1 }]);
    await small.reserve({ id: 'a', root: 'r', ttl: 60_000, windows: [{ kind: 'sum', key: 'held', amount: 5 }] });
    for (let index = 0; index < 100; index += 1) await small.open('r', [{ key: `sum ${index}`, spent: index }]);
    const names = ['held', 'sum 0', 'sum 50', 'sum 99'].map((key) => ({ kind: 'sum', key }) as const);
    expect((await small.read('r', names)).map((reading) => reading?.used)).toEqual([6, undefined, undefined, 99]);
  });

  it('forgets a sum when its time is over, and asks for it anew', async () => {
    const { counter: fresh, pass: wait } = onTestClock();
    const wanted = (id: string) => ({
      id,
      root: 'r',
      ttl: 100,
      windows: [{ kind: 'sum', key: 'hour', amount: 1, limit: 9, keep: 3_600_000 }] as const,
    });
    await fresh.open('r', [{ key: 'hour', spent: 3, keep: 3_600_000 }]);
    wait(3_599_999);
    expect((await fresh.reserve(wanted('a'))).kind).toBe('reserved');
    wait(3_599_999);
    expect((await fresh.reserve(wanted('b'))).kind).toBe('reserved');
    wait(3_600_000);
    expect((await fresh.reserve(wanted('c'))).kind).toBe('missing');
  });

  it('refuses a reservation that names a window twice', async () => {
    const windows = [
      { kind: 'gauge', key: 'g', amount: 1 },
      { kind: 'gauge', key: 'g', amount: 1 },
    ] as const;
    await expect(onTestClock().counter.reserve({ id: 'a', root: 'r', ttl: 1, windows })).rejects.toThrow('names the window "g" twice');
  });
});
