import { boundedLimit, planSums, reportedSpan } from '@ai-proxy/core/ledger';
import type { SpendQuery, SpendReport, SpendRow } from '@ai-proxy/core';
import type { Stretch, SumPlan, SumUnit } from '@ai-proxy/core/ledger';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Database, SumRow } from '../database/schema.ts';
import { hoursFromMark, readMark } from './marks.ts';
import { sumTable } from './record-calls.ts';

/** Sums by one dimension, from the tables of sums alone. */
export async function sumSpend(database: Database, query: SpendQuery): Promise<SpendReport> {
  const plan = planSums(query, await readMark(database, hoursFromMark));
  const limit = boundedLimit(query.limit, 1000, 10_000);
  const { rows } = await selectSums(query, plan, limit + 1).execute(database);
  return { ...reportedSpan(plan, query), rows: rows.slice(0, limit).map(toSpendRow), more: rows.length > limit };
}

/** The question itself, so that a test can ask a database how it would answer it. */
export function selectSums(query: SpendQuery, plan: SumPlan, limit: number): RawBuilder<SummedRow> {
  const parts = [...plan.days.map((stretch) => part('day', query, stretch)), ...plan.hours.map((stretch) => part('hour', query, stretch))];
  const source = parts.length === 0 ? part('day', query, { from: 0, to: 0 }) : sql.join(parts, sql` union all `);
  const at = query.per === undefined ? sql`cast(null as bigint)` : sql`at`;
  const group = query.per === undefined ? sql`value` : sql`at, value`;
  return sql<SummedRow>`
    select ${at} as at, value, ${sql.join(summed.map((name) => sql`cast(sum(${sql.ref(name)}) as bigint) as ${sql.ref(name)}`))}
    from (${source}) as parts
    group by ${group}
    having sum(calls) > 0
    order by ${query.per === undefined ? sql`` : sql`1, `} sum(micros) desc, sum(calls) desc, value
    limit ${sql.lit(limit)}
  `;
}

function part(unit: SumUnit, { by, only }: SpendQuery, { from, to }: Stretch): RawBuilder<unknown> {
  const one = only === undefined ? sql`` : sql` and value = ${only}`;
  return sql`select at, value, ${sql.join(summed.map((name) => sql.ref(name)))} from ${sql.table(sumTable(unit))}
    where dimension = ${by} and at >= ${from} and at < ${to}${one}`;
}

type SummedRow = Omit<SumRow, 'dimension' | 'at'> & { readonly at: number | null };

const summed = [
  'calls',
  'ok_calls',
  'estimated_calls',
  'unknown_calls',
  'micros',
  'input_tokens',
  'output_tokens',
  'cached_tokens',
  'reasoning_tokens',
] as const;

const toSpendRow = (row: SummedRow): SpendRow => ({
  value: row.value || undefined,
  at: row.at ?? undefined,
  calls: row.calls,
  okCalls: row.ok_calls,
  estimatedCalls: row.estimated_calls,
  unknownCalls: row.unknown_calls,
  micros: row.micros,
  inputTokens: row.input_tokens,
  outputTokens: row.output_tokens,
  cachedTokens: row.cached_tokens,
  reasoningTokens: row.reasoning_tokens,
});
