import { createHash } from 'node:crypto';
import type { CounterWork } from '../counter-work.ts';
import type { CounterChanges } from '../decision/counter-page.ts';
import { mostFreed } from '../decision/counter-page.ts';
import { toSlotsText } from '../decision/row-texts.ts';

/** Whole milliseconds on the server's clock. */
export const serverClock = 'floor(extract(epoch from clock_timestamp()) * 1000)::bigint';

/** Locks of this program among those that others may take in the same database. */
const lockClass = 741_629_355;

// Several statements in one message have no parameters: all texts go in as this. With the E a backslash means the same whatever the server was set up for.
const quote = (text: string): string => `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
const json = (value: unknown): string => `${quote(JSON.stringify(value))}::jsonb`;

/**
 * Begins a transaction, takes the lock of the root, and only then looks: a statement sees what was committed before it began. One message; the last of its results has all rows that
 * the works need, and those of what has expired.
 */
export function toBeginning(root: string, works: readonly CounterWork<unknown>[], clock: string): string {
  const ids = [...new Set(works.flatMap(({ id }) => id ?? []))];
  const places = [...new Set(works.flatMap((work) => work.places))];
  const hash = createHash('sha256').update(root).digest().readInt32BE(0);
  return `
begin isolation level read committed read write;
select pg_advisory_xact_lock(${lockClass}, ${hash});
with
  moment as materialized (select ${clock} as now),
  expired as materialized (
    select id, at, expires_at, holds from ai_proxy_counter_calls, moment
    where root = ${quote(root)} and holds is not null and expires_at <= now order by expires_at limit ${mostFreed}
  ),
  asked as materialized (
    select id, at, expires_at, holds from ai_proxy_counter_calls
    where root = ${quote(root)} and id in (select jsonb_array_elements_text(${json(ids)}))
  ),
  places as (
    select jsonb_array_elements_text(${json(places)}) as place
    union select hold ->> 1 from (select holds from expired union all select holds from asked) as call, jsonb_array_elements(call.holds) as hold
  ),
  windows as (
    select place, spent, reserved, slots, opened_at, kept_until from ai_proxy_counter_windows
    where root = ${quote(root)} and place in (select place from places)
  )
select
  (select now from moment) as now,
  (select coalesce(json_agg(expired), '[]') from expired) as expired,
  (select coalesce(json_agg(asked), '[]') from asked) as asked,
  (select coalesce(json_agg(windows), '[]') from windows) as windows`;
}

/** Writes what was decided and ends the transaction, in one message. */
export function toEnding(root: string, { windows, calls }: CounterChanges): string {
  const windowRows = [...windows].map(([place, { spent, reserved, slots, openedAt = null, keptUntil }]) => ({
    place,
    spent,
    reserved,
    slots: toSlotsText(slots),
    opened_at: openedAt,
    kept_until: keptUntil === Infinity ? null : keptUntil,
  }));
  const callRows = [...calls].flatMap(([id, call]) =>
    call ? [{ id, at: call.at, expires_at: call.expiresAt, holds: call.holds ?? null }] : [],
  );
  const gone = [...calls].flatMap(([id, call]) => (call ? [] : [id]));
  const statements = [
    windowRows.length > 0 &&
      `insert into ai_proxy_counter_windows (root, place, spent, reserved, slots, opened_at, kept_until)
       select ${quote(root)}, place, spent, reserved, slots, opened_at, kept_until from jsonb_to_recordset(${json(windowRows)})
       as row(place text, spent bigint, reserved bigint, slots text, opened_at bigint, kept_until bigint)
       on conflict (root, place) do update set spent = excluded.spent, reserved = excluded.reserved, slots = excluded.slots,
       opened_at = excluded.opened_at, kept_until = excluded.kept_until`,
    callRows.length > 0 &&
      `insert into ai_proxy_counter_calls (root, id, at, expires_at, holds)
       select ${quote(root)}, id, at, expires_at, nullif(holds, 'null') from jsonb_to_recordset(${json(callRows)})
       as row(id text, at bigint, expires_at bigint, holds jsonb)
       on conflict (root, id) do update set at = excluded.at, expires_at = excluded.expires_at, holds = excluded.holds`,
    gone.length > 0 &&
      `delete from ai_proxy_counter_calls where root = ${quote(root)} and id in (select jsonb_array_elements_text(${json(gone)}))`,
    'commit',
  ];
  return statements.filter((statement) => statement !== false).join(';\n');
}
