import { sql } from 'kysely';
import type { Database } from '../database/schema.ts';

/** Where the sums by the hour begin: what lies before was pruned. */
export const hoursFromMark = 'hours_from';

export async function readMark(database: Database, name: string): Promise<number> {
  const row = await database.selectFrom('ai_proxy_marks').select('value').where('name', '=', name).executeTakeFirst();
  return row?.value ?? 0;
}

/** Moves a mark forward; it never goes back. */
export async function advanceMark(database: Database, name: string, value: number): Promise<void> {
  await database
    .insertInto('ai_proxy_marks')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }).where('ai_proxy_marks.value', '<', value))
    .execute();
}

/** Whether this process alone may do something until the end of the transaction; SQLite has one writer at a time anyway. */
export async function tryAdvisoryLock(database: Database, lock: number): Promise<boolean> {
  const { rows } = await sql<{ taken: boolean }>`select pg_try_advisory_xact_lock(${sql.lit(lock)}) as taken`.execute(database);
  return rows[0]?.taken === true;
}
