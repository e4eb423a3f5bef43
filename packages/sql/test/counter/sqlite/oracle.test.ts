import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { consoleLog } from '@ai-proxy/core';
import { checkAgainstOracle } from '@ai-proxy/testing';
import fc from 'fast-check';
import { afterAll, describe, it } from 'vitest';
import { createCounter } from '../../../src/counter/create-counter.ts';
import { createSqliteTables } from '../../../src/counter/sqlite/sqlite-tables.ts';

const folder = await mkdtemp(join(tmpdir(), 'ai-proxy-counter-'));
afterAll(async () => rm(folder, { recursive: true }));

describe('the counter in SQLite beside an oracle', () => {
  it('says the same after every step of any story, in whichever of two processes a step is taken', { timeout: 120_000 }, async () => {
    let now = 1_700_000_000_000;
    const options = { name: 'counter', path: join(folder, 'counters'), deadline: 10_000, log: consoleLog, now: () => now };
    const both = [1, 2].map(() => createCounter('counter', createSqliteTables(options)));
    let steps = 0;
    const next = (): (typeof both)[number] => both[(steps += 1) % 2] ?? both[0]!;
    const clock = {
      counter: {
        ...next(),
        reserve: async (...wanted: Parameters<ReturnType<typeof next>['reserve']>) => next().reserve(...wanted),
        renew: async (...wanted: Parameters<ReturnType<typeof next>['renew']>) => next().renew(...wanted),
        settle: async (...wanted: Parameters<ReturnType<typeof next>['settle']>) => next().settle(...wanted),
        release: async (...wanted: Parameters<ReturnType<typeof next>['release']>) => next().release(...wanted),
      },
      now: () => now,
      pass: (milliseconds: number) => void (now += milliseconds),
    };
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 100_000 }), { minLength: 20, maxLength: 150 }), async (story) =>
        checkAgainstOracle(clock, story),
      ),
      { numRuns: 300 },
    );
    for (const counter of both) await counter.close();
  });
});
