import { afterAll, describe, expect, it } from 'vitest';
import { lossesOfState } from './lose-state.ts';
import { runStorm } from './run-storm.ts';
import { openFileStore, openPostgresStore, openRedisStore } from './stores.ts';

// The long form is `pnpm test:limits`.
const [file, postgres, redis] = [await openFileStore(), await openPostgresStore(), await openRedisStore()];
afterAll(async () => {
  for (const store of [file, postgres, redis]) await store?.close();
});

describe.each([
  ['one file', file, 400],
  ['one PostgreSQL', postgres, 200],
  ['one Redis', redis, 1000],
] as const)('many calls at once from two processes on %s', { timeout: 120_000 }, (_name, store, calls) => {
  const quick = { address: store?.address ?? '', processes: 2, calls, failing: 30 };
  const fits = calls * 0.4;

  it.skipIf(store === undefined)('spend a budget to its end and no further, though a third of them fail or die', async () => {
    const verdict = await runStorm({ ...quick, kind: 'budget', cost: 37, limit: 37 * fits + 36 });
    expect(verdict).toMatchObject({ settled: fits, fits, used: 37 * fits, overspent: 0, leaked: 0, errors: {} });
  });

  it.skipIf(store === undefined)('are admitted in a period as often as its limit says', async () => {
    const verdict = await runStorm({ ...quick, kind: 'rate', cost: 1, limit: fits });
    expect(verdict).toMatchObject({ settled: fits, used: fits, overspent: 0, errors: {} });
  });

  it.skipIf(store === undefined)('are admitted in no second more often than its limit says, wherever the second begins', async () => {
    const verdict = await runStorm({ ...quick, kind: 'second', cost: 1, limit: fits });
    expect(verdict).toMatchObject({ refused: 0, overspent: 0, leaked: 0, errors: {} });
    expect(verdict.mostSeen).toBeGreaterThan(0);
    expect(verdict.settled + verdict.givenBack).toBe(calls);
  });

  it.skipIf(store === undefined)('are under way as many as may be, and are all served in the end', async () => {
    const verdict = await runStorm({ ...quick, kind: 'parallel', cost: 1, limit: calls / 10 });
    expect(verdict).toMatchObject({ refused: 0, used: 0, overspent: 0, leaked: 0, errors: {} });
    expect(verdict.settled + verdict.givenBack + verdict.died).toBe(calls);
  });

  it.skipIf(store === undefined)('lose nothing that was spent when the store loses everything', async () => {
    const losses = Object.values(store?.losses ?? {});
    const verdict = await lossesOfState({ address: quick.address, losses, processes: 2, calls: calls * 0.4, cost: 37 });
    expect(verdict).toMatchObject({ recorded: fits, lost: 0, leaked: 0 });
    expect(verdict.rebuilt).toBeGreaterThan(0);
  });
});
