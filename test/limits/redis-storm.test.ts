import { startRedis } from '@ai-proxy/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { lossesOfState } from './lose-state.ts';
import { runStorm } from './run-storm.ts';

// The long form is `pnpm test:limits`.
const quick = { processes: 2, calls: 1000, failing: 30 };

const server = await startRedis();
afterAll(async () => server?.close());
const address = server?.url ?? '';

describe.skipIf(server === undefined)('many calls at once from several processes on one Redis', { timeout: 120_000 }, () => {
  it('spend a budget to its end and no further, though a third of them fail or die', async () => {
    const verdict = await runStorm({ ...quick, address, kind: 'budget', cost: 37, limit: 37 * 400 + 36 });
    expect(verdict).toMatchObject({ settled: 400, fits: 400, used: 37 * 400, overspent: 0, leaked: 0, errors: {} });
  });

  it('are admitted in a period as often as its limit says', async () => {
    const verdict = await runStorm({ ...quick, address, kind: 'rate', cost: 1, limit: 400 });
    expect(verdict).toMatchObject({ settled: 400, used: 400, overspent: 0, errors: {} });
  });

  it('are under way as many as may be, and are all served in the end', async () => {
    const verdict = await runStorm({ ...quick, calls: 300, address, kind: 'parallel', cost: 1, limit: 50 });
    expect(verdict).toMatchObject({ refused: 0, used: 0, overspent: 0, leaked: 0, errors: {} });
    expect(verdict.settled + verdict.givenBack + verdict.died).toBe(300);
  });

  it('lose nothing that was spent when Redis loses everything, and when it starts anew', async () => {
    if (!server) return;
    const verdict = await lossesOfState(server, { processes: 2, calls: 400, cost: 37 });
    expect(verdict).toMatchObject({ recorded: 400, lost: 0, leaked: 0 });
    expect(verdict.rebuilt).toBeGreaterThan(0);
  });
});
