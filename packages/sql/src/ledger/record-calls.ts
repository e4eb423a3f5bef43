import { sumCalls } from '@ai-proxy/core/ledger';
import type { RecordedCall } from '@ai-proxy/core';
import type { LedgerSum, SumUnit } from '@ai-proxy/core/ledger';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { DatabaseKind } from '../database/open-sql.ts';
import type { CallRow, Database, SumRow, TagRow } from '../database/schema.ts';
import { toCallRow } from './call-rows.ts';
import { columnsOf, insertRows, toRowsText } from './insert-rows.ts';
import { readCallsById } from './read-calls.ts';

/**
 * Keeps calls and what they add to the sums in one transaction: however often the same calls are handed over, and by however many processes, only those whose
 * row is new are added up.
 */
export async function recordCalls(database: Database, kind: DatabaseKind, calls: readonly RecordedCall[]): Promise<void> {
  const batch = onceEach(calls);
  if (batch.length === 0) return;
  await database.transaction().execute(async (transaction) => {
    const added = new Set(await insertCalls(transaction, kind, batch));
    const known = batch.filter((call) => !added.has(call.id) && call.outcome !== 'process_died');
    const guessed = known.length === 0 ? [] : await takeGuesses(transaction, kind, known);
    const ids = new Set(guessed.map(({ id }) => id));
    const corrected = known.filter(({ id }) => ids.has(id));
    if (corrected.length > 0) await insertCalls(transaction, kind, corrected);

    const fresh = batch.filter((call) => added.has(call.id) || ids.has(call.id));
    await insertTags(transaction, kind, fresh);
    await addSums(transaction, kind, 'hour', sumCalls(fresh, guessed, 'hour'));
    await addSums(transaction, kind, 'day', sumCalls(fresh, guessed, 'day'));
  });
}

/** The truth of an id where a batch holds a guess too, in one order for all writers, so that two of them cannot wait for each other in a circle. */
function onceEach(calls: readonly RecordedCall[]): readonly RecordedCall[] {
  const byId = new Map<string, RecordedCall>();
  for (const call of calls) {
    if (!byId.has(call.id) || byId.get(call.id)?.outcome === 'process_died') byId.set(call.id, call);
  }
  return [...byId.values()].toSorted((one, other) => (one.id < other.id ? -1 : 1));
}

async function insertCalls(database: Database, kind: DatabaseKind, calls: readonly RecordedCall[]): Promise<readonly string[]> {
  const insert = insertRows(kind, 'ai_proxy_calls', callColumns, toRowsText(callColumns, calls.map(toCallRow)));
  const { rows } = await sql<{ id: string }>`${insert} on conflict (id) do nothing returning id`.execute(database);
  return rows.map(({ id }) => id);
}

/** Takes away the accounts of these calls that were made up because their process was thought dead; what was said about them stays. */
async function takeGuesses(database: Database, kind: DatabaseKind, calls: readonly RecordedCall[]): Promise<readonly RecordedCall[]> {
  const ids = calls.map(({ id }) => id);
  const guessed = await sql<{ id: string }>`
    delete from ai_proxy_calls where id in (${idsOf(kind, ids)}) and outcome = 'process_died' returning *
  `.execute(database);
  if (guessed.rows.length === 0) return [];
  const taken = await readCallsById(database, guessed.rows as unknown as CallRow[]);
  await sql`delete from ai_proxy_call_tags where call_id in (${idsOf(
    kind,
    taken.map(({ id }) => id),
  )})`.execute(database);
  return taken;
}

/** Ids as a table, from one parameter however many they are. */
export function idsOf(kind: DatabaseKind, ids: readonly string[]): RawBuilder<unknown> {
  const text = JSON.stringify(ids);
  return kind === 'sqlite' ? sql`select value from json_each(${text})` : sql`select jsonb_array_elements_text(cast(${text} as jsonb))`;
}

async function insertTags(database: Database, kind: DatabaseKind, calls: readonly RecordedCall[]): Promise<void> {
  const rows = calls.flatMap(({ id, startedAt, tags }) =>
    tags.map((tag, position): TagRow => ({ call_id: id, tag, position, started_at: startedAt })),
  );
  if (rows.length > 0) await insertRows(kind, 'ai_proxy_call_tags', tagColumns, toRowsText(tagColumns, rows)).execute(database);
}

async function addSums(database: Database, kind: DatabaseKind, unit: SumUnit, sums: readonly LedgerSum[]): Promise<void> {
  if (sums.length === 0) return;
  const table = sumTable(unit);
  const insert = insertRows(kind, table, sumColumns, toRowsText(sumColumns, sums.map(toSumRow)));
  const additions = sql.join(
    sumColumns
      .filter(({ name }) => !sumKey.has(name))
      .map(({ name }) => sql`${sql.ref(name)} = ${sql.ref(`${table}.${name}`)} + ${sql.ref(`excluded.${name}`)}`),
  );
  await sql`${insert} on conflict (dimension, at, value) do update set ${additions}`.execute(database);
}

export const sumTable = (unit: SumUnit): 'ai_proxy_spend_hours' | 'ai_proxy_spend_days' =>
  unit === 'hour' ? 'ai_proxy_spend_hours' : 'ai_proxy_spend_days';

const toSumRow = (sum: LedgerSum): SumRow => ({
  dimension: sum.dimension,
  at: sum.at,
  value: sum.value,
  calls: sum.calls,
  ok_calls: sum.okCalls,
  estimated_calls: sum.estimatedCalls,
  unknown_calls: sum.unknownCalls,
  micros: sum.micros,
  input_tokens: sum.inputTokens,
  output_tokens: sum.outputTokens,
  cached_tokens: sum.cachedTokens,
  reasoning_tokens: sum.reasoningTokens,
});

const sumKey = new Set(['dimension', 'at', 'value']);

const sumColumns = columnsOf<SumRow>({
  dimension: 'text',
  at: 'bigint',
  value: 'text',
  calls: 'bigint',
  ok_calls: 'bigint',
  estimated_calls: 'bigint',
  unknown_calls: 'bigint',
  micros: 'bigint',
  input_tokens: 'bigint',
  output_tokens: 'bigint',
  cached_tokens: 'bigint',
  reasoning_tokens: 'bigint',
});

const tagColumns = columnsOf<TagRow>({ call_id: 'text', tag: 'text', position: 'integer', started_at: 'bigint' });

const callColumns = columnsOf<CallRow>({
  id: 'text',
  started_at: 'bigint',
  operation: 'text',
  dialect: 'text',
  face: 'text',
  caller: 'text',
  key_id: 'text',
  team: 'text',
  end_user: 'text',
  model_asked: 'text',
  model: 'text',
  provider: 'text',
  stream: 'integer',
  status: 'integer',
  outcome: 'text',
  code: 'text',
  input_tokens: 'bigint',
  output_tokens: 'bigint',
  cached_tokens: 'bigint',
  reasoning_tokens: 'bigint',
  pages: 'bigint',
  annotated_pages: 'bigint',
  audio_ms: 'bigint',
  characters: 'bigint',
  items: 'bigint',
  estimator: 'text',
  micros: 'bigint',
  price_source: 'text',
  price_rates: 'text',
  attempts: 'integer',
  step: 'integer',
  first_byte_us: 'bigint',
  total_us: 'bigint',
  overhead_us: 'bigint',
  metadata: 'text',
});
