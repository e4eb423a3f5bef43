import { setImmediate } from 'node:timers/promises';
import { spendDimensions, sumsLeft } from '@ai-proxy/core/ledger';
import type { PruneQuery, Pruned } from '@ai-proxy/core';
import type { SumUnit } from '@ai-proxy/core/ledger';
import { sql } from 'kysely';
import type { DatabaseKind } from '../database/open-sql.ts';
import type { Database } from '../database/schema.ts';
import { advanceMark, hoursFromMark, tryAdvisoryLock } from './marks.ts';
import { idsOf, sumTable } from './record-calls.ts';

/** Rows that one transaction takes away: what is recorded meanwhile waits for one of them at most. */
const step = 500;

/** Forgets what is old, step by step; between two of them other work goes on. Of several processes one does it. */
export async function pruneCalls(database: Database, kind: DatabaseKind, what: PruneQuery): Promise<Pruned> {
  const { hoursFrom, daysFrom } = sumsLeft(what);
  // The mark moves first: an hour that is half pruned is never summed.
  await advanceMark(database, hoursFromMark, hoursFrom);
  const calls = await repeat(database, kind, async (transaction) => forgetCalls(transaction, kind, what.before));
  let sums = 0;
  for (const dimension of spendDimensions) {
    sums += await repeat(database, kind, async (transaction) => forgetSums(transaction, 'hour', dimension, hoursFrom));
    if (daysFrom === undefined) continue;
    sums += await repeat(database, kind, async (transaction) => forgetSums(transaction, 'day', dimension, daysFrom));
  }
  return { calls, sums };
}

async function repeat(database: Database, kind: DatabaseKind, forget: (transaction: Database) => Promise<number>): Promise<number> {
  for (let all = 0; ;) {
    const some = await database.transaction().execute(async (transaction) => {
      if (kind === 'postgres' && !(await tryAdvisoryLock(transaction, pruning))) return 0;
      return forget(transaction);
    });
    all += some;
    if (some < step) return all;
    await setImmediate();
  }
}

const pruning = 7_416_293_551_084_227;

async function forgetCalls(database: Database, kind: DatabaseKind, before: number): Promise<number> {
  const old = await database
    .selectFrom('ai_proxy_calls')
    .select('id')
    .where('started_at', '<', before)
    .orderBy('started_at')
    .limit(step)
    .execute();
  if (old.length === 0) return 0;
  const ids = old.map(({ id }) => id);
  await sql`delete from ai_proxy_call_tags where call_id in (${idsOf(kind, ids)})`.execute(database);
  await sql`delete from ai_proxy_feedback where call_id in (${idsOf(kind, ids)})`.execute(database);
  await sql`delete from ai_proxy_calls where id in (${idsOf(kind, ids)})`.execute(database);
  return old.length;
}

async function forgetSums(database: Database, unit: SumUnit, dimension: string, before: number): Promise<number> {
  const table = sql.table(sumTable(unit));
  const { numAffectedRows = 0n } = await sql`
    delete from ${table} where dimension = ${dimension} and (at, value) in (
      select at, value from ${table} where dimension = ${dimension} and at < ${before} order by at, value limit ${sql.lit(step)}
    )
  `.execute(database);
  return Number(numAffectedRows);
}
