import { openPlainSql } from './plain-sql.ts';
import type { PlainSql } from './plain-sql.ts';

export const yearStart: number = Date.UTC(2026, 0, 1);
const day = 86_400_000;

/** The time that made-up calls are spread over, evenly. */
export interface FilledSpan {
  readonly from: number;
  readonly to: number;
}

export const wholeYear: FilledSpan = { from: yearStart, to: yearStart + 365 * day };
/** June and ten days on both sides: here a hundred thousand calls use every key in every hour, as ten million do in a year. */
export const aroundJune: FilledSpan = { from: yearStart + 141 * day, to: yearStart + 191 * day };

export const keys = 50;

/** Rows that one transaction makes. */
const step = 100_000;

/** Fills the tables of a ledger with made-up calls, and with the sums that belong to them, by SQL alone: a proxy would take hours. */
export async function fillLedger(url: string, rows: number, span: FilledSpan, onProgress: (done: number) => void): Promise<void> {
  const database = await openPlainSql(url);
  const pace = Math.floor((span.to - span.from) / rows);
  for (let start = 0; start < rows; start += step) {
    const end = Math.min(start + step, rows);
    const from = span.from + start * pace;
    const to = span.from + end * pace;
    await database.run('begin');
    await database.run(insertCalls(database.kind, start, end, span.from, pace));
    await database.run(`
      insert into ai_proxy_call_tags (call_id, tag, position, started_at)
      select id, 'tag-' || (started_at % 20), 0, started_at from ai_proxy_calls
      where started_at >= ${from} and started_at < ${to} and started_at % 5 = 0
    `);
    for (const text of [...addSums('ai_proxy_spend_hours', 3_600_000, from, to), ...addSums('ai_proxy_spend_days', 86_400_000, from, to)]) {
      await database.run(text);
    }
    await database.run('commit');
    onProgress(end);
  }
  await finish(database);
}

async function finish(database: PlainSql): Promise<void> {
  await database.run(database.kind === 'sqlite' ? 'pragma wal_checkpoint(truncate)' : 'vacuum analyze');
  await database.close();
}

function insertCalls(kind: PlainSql['kind'], start: number, end: number, from: number, pace: number): string {
  const numbers =
    kind === 'sqlite'
      ? `with recursive numbers(i) as (select ${start} union all select i + 1 from numbers where i < ${end - 1})`
      : `with numbers as (select cast(generate_series(${start}, ${end - 1}) as bigint) as i)`;
  return `
    insert into ai_proxy_calls (
      id, started_at, operation, dialect, face, caller, key_id, team, end_user, model_asked, model, provider, stream, status, outcome,
      input_tokens, output_tokens, cached_tokens, micros, price_source, price_rates, attempts, step, first_byte_us, total_us, overhead_us
    )
    ${numbers}
    select
      '0195' || substr('0000000000' || cast(i as text), length(cast(i as text)) + 1) || '-7000-8000-000000000000',
      ${from} + i * ${pace}, 'chat', 'canonical', 'openai',
      'caller-' || (i * 31 % ${keys}), 'key-' || (i * 31 % ${keys}), 'team-' || (i % 10), 'user-' || (i * 7919 % 100),
      'fast', 'model-' || (i % 5), 'provider-' || (i % 2), i % 2, 200, case when i % 50 = 0 then 'upstream_reset' else 'ok' end,
      100 + i % 900, 10 + i % 90, i % 100, case when i % 100 = 0 then null else 50 + i % 500 end, 'made up', '{"inputPerMillion":0.1}',
      1, 0, 12000, 340000, 300
    from numbers
  `;
}

const dimensions = { key: 'key_id', team: 'team', user: 'caller', endUser: 'end_user', model: 'model', provider: 'provider' };
const added = ['calls', 'ok_calls', 'unknown_calls', 'micros', 'input_tokens', 'output_tokens', 'cached_tokens'];

const addSums = (table: string, unit: number, from: number, to: number): string[] =>
  Object.entries(dimensions).map(
    ([dimension, column]) => `
      insert into ${table} (dimension, at, value, calls, ok_calls, estimated_calls, unknown_calls, micros,
        input_tokens, output_tokens, cached_tokens, reasoning_tokens)
      select '${dimension}', started_at - started_at % ${unit}, ${column}, count(*), sum(case when outcome = 'ok' then 1 else 0 end), 0,
        sum(case when micros is null then 1 else 0 end), coalesce(sum(micros), 0), sum(input_tokens), sum(output_tokens), sum(cached_tokens), 0
      from ai_proxy_calls where started_at >= ${from} and started_at < ${to}
      group by 2, 3
      on conflict (dimension, at, value) do update set ${added.map((name) => `${name} = ${table}.${name} + excluded.${name}`).join(', ')}
    `,
  );
