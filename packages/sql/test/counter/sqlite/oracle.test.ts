import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { consoleLog } from '@ai-proxy/core';
import { checkAgainstOracle } from '@ai-proxy/testing';
import fc from 'fast-check';
import { afterAll, describe, it } from 'vitest';
import { createCounter } from '../../../src/counter/create-counter.ts';
import { createSqliteTables } from '../../../src/counter/sqlite/sqlite-tables.ts';
import { overSeveral } from '../over-several.ts';

const folder = await mkdtemp(join(tmpdir(), 'ai-proxy-counter-'));
afterAll(async () => rm(folder, { recursive: true }));

describe('the counter in SQLite beside an oracle', () => {
  it('says the same after every step of any story, in whichever of two processes a step is taken', { timeout: 120_000 }, async () => {
    let now = 1_700_000_000_000;
    const options = { name: 'counter', path: join(folder, 'counters'), deadline: 10_000, log: consoleLog, now: () => now };
    const counter = overSeveral([1, 2].map(() => createCounter('counter', createSqliteTables(options))));
    const beside = { counter, now: () => now, pass: (milliseconds: number) => void (now += milliseconds) };
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 100_000 }), { minLength: 20, maxLength: 150 }), async (story) =>
        checkAgainstOracle(beside, story),
      ),
      { numRuns: 500 },
    );
    await counter.close();
  });
});
