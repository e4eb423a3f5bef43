import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@ai-proxy/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { killRounds } from './kill-rounds.ts';
import type { KillVerdict } from './kill-rounds.ts';

// The long form is `pnpm test:kill`.
const quick = { kills: 5, inFlight: 50 };

const folder = await mkdtemp(join(tmpdir(), 'ai-proxy-kill-'));
const server = await startPostgres();
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true });
});

function expectNothingLost({ asked, recorded, ...faults }: KillVerdict): void {
  expect(asked).toBeGreaterThan(quick.inFlight);
  expect(recorded).toBeGreaterThanOrEqual(asked);
  expect(faults.died).toBeGreaterThan(0);
  expect(faults).toMatchObject({ lost: 0, doubled: 0, sumsOff: 0, journalsLeft: 0 });
}

describe('a proxy that is killed again and again', () => {
  it('loses no account and doubles none, on SQLite', { timeout: 120_000 }, async () => {
    expectNothingLost(await killRounds({ ...quick, database: `sqlite:${join(folder, 'ledger.db')}` }));
  });

  it.skipIf(server === undefined)('loses no account and doubles none, on PostgreSQL', { timeout: 120_000 }, async () => {
    expectNothingLost(await killRounds({ ...quick, database: (await server?.createDatabase()) ?? '' }));
  });
});
