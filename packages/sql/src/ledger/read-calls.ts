import { boundedLimit, fromCursor, toCursor } from '@ai-proxy/core/ledger';
import type { CallFilter, CallPage, RecordedCall } from '@ai-proxy/core';
import { sql } from 'kysely';
import type { SelectQueryBuilder } from 'kysely';
import type { CallRow, Database, Schema } from '../database/schema.ts';
import { fromCallRow } from './call-rows.ts';

export async function readCall(database: Database, id: string): Promise<RecordedCall | undefined> {
  const rows = await database.selectFrom('ai_proxy_calls').selectAll().where('id', '=', id).execute();
  return (await readCallsById(database, rows))[0];
}

/** Calls, the newest first. */
export async function readCalls(database: Database, filter: CallFilter, cursor?: string, limit?: number): Promise<CallPage> {
  const size = boundedLimit(limit, 50, 1000);
  const rows = await selectCalls(database, filter, cursor)
    .limit(size + 1)
    .execute();
  const calls = await readCallsById(database, rows.slice(0, size));
  const last = calls.at(-1);
  return { calls, next: last && rows.length > size ? toCursor(last) : undefined };
}

/** With the tags of calls, and what was said about them. */
export async function readCallsById(database: Database, rows: readonly CallRow[]): Promise<readonly RecordedCall[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  const tagged = await database
    .selectFrom('ai_proxy_call_tags')
    .select(['call_id', 'tag'])
    .where('call_id', 'in', ids)
    .orderBy('call_id')
    .orderBy('position')
    .execute();
  const tags = Map.groupBy(tagged, ({ call_id }) => call_id);
  const feedbacks = await database.selectFrom('ai_proxy_feedback').selectAll().where('call_id', 'in', ids).execute();
  const feedback = new Map(feedbacks.map((one) => [one.call_id, one]));
  return rows.map((row) => fromCallRow(row, tags.get(row.id)?.map(({ tag }) => tag) ?? [], feedback.get(row.id)));
}

/** Each filter has an index that ends in the time, so that a page costs what it holds; the rest is looked at row by row. */
export function selectCalls(
  database: Database,
  filter: CallFilter,
  cursor?: string,
): SelectQueryBuilder<Schema, 'ai_proxy_calls', CallRow> {
  let query = database.selectFrom('ai_proxy_calls').selectAll().orderBy('started_at', 'desc').orderBy('id', 'desc');
  if (filter.from !== undefined) query = query.where('started_at', '>=', filter.from);
  if (filter.to !== undefined) query = query.where('started_at', '<', filter.to);
  if (filter.key !== undefined) query = query.where('key_id', '=', filter.key);
  if (filter.team !== undefined) query = query.where('team', '=', filter.team);
  if (filter.caller !== undefined) query = query.where('caller', '=', filter.caller);
  if (filter.endUser !== undefined) query = query.where('end_user', '=', filter.endUser);
  if (filter.model !== undefined) query = query.where('model', '=', filter.model);
  if (filter.provider !== undefined) query = query.where('provider', '=', filter.provider);
  if (filter.outcome !== undefined) query = query.where('outcome', '=', filter.outcome);
  // The index of outcomes leaves out what ended well, which must be said for it to be used.
  if (filter.outcome !== undefined && filter.outcome !== 'ok') query = query.where('outcome', '<>', sql.lit('ok'));
  if (filter.tag !== undefined) {
    const { tag } = filter;
    query = query.where('id', 'in', (select) => select.selectFrom('ai_proxy_call_tags').select('call_id').where('tag', '=', tag));
  }
  if (cursor === undefined) return query;
  const { startedAt, id } = fromCursor(cursor);
  return query
    .where('started_at', '<=', startedAt)
    .where((either) => either.or([either('started_at', '<', startedAt), either('id', '<', id)]));
}
