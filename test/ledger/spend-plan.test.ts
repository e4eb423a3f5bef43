import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SpendQuery } from '@ai-proxy/core';
import { openSql } from '@ai-proxy/sql';
import type { SqlDatabase } from '@ai-proxy/sql';
import { startPostgres } from '@ai-proxy/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { explainSpend, tooMuchRead } from './explain-spend.ts';
import { fillLedger, wholeYear, yearStart } from './fill-ledger.ts';

const folder = await mkdtemp(join(tmpdir(), 'ai-proxy-plan-'));
const server = await startPostgres();
const opened: SqlDatabase[] = [];
afterAll(async () => {
  for (const database of opened) await database.close();
  await server?.close();
  await rm(folder, { recursive: true });
});

const day = 86_400_000;
const month = { from: yearStart + 31 * day, to: yearStart + 59 * day };
const queries: readonly SpendQuery[] = [
  { by: 'key', ...month },
  { by: 'key', from: month.from - 1e7, to: month.to + 1e7 },
  { by: 'endUser', ...month, only: 'user-7' },
  { by: 'tag', ...month, per: 'day' },
  { by: 'team', ...month, per: 'hour' },
];

describe.each([
  ['SQLite', async () => openSql(`sqlite:${join(folder, 'ledger.db')}`), false],
  ['PostgreSQL', async () => openSql(await server?.createDatabase()), server === undefined],
] as const)('sums over 20,000 calls in %s', (_name, open, isMissing) => {
  it.skipIf(isMissing)('read nothing but sums, by their indexes', { timeout: 60_000 }, async () => {
    const database = await open();
    opened.push(database);
    await database.connect();
    await fillLedger(database.url, 20_000, wholeYear, () => {});
    for (const query of queries) {
      const plan = await explainSpend(database, query);
      expect(plan.join('\n')).toContain('ai_proxy_spend_');
      expect(tooMuchRead(plan)).toEqual([]);
    }
  });
});
