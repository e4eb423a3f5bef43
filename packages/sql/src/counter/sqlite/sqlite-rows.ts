import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { CounterChanges } from '../decision/counter-page.ts';
import { mostFreed } from '../decision/counter-page.ts';
import type { CallRow, CounterRows, WindowRow } from '../decision/counter-rows.ts';
import { fromHoldsText, fromSlotsText, toHoldsText, toSlotsText } from '../decision/row-texts.ts';

/** The rows of a file. */
export interface SqliteRows {
  of(root: string): CounterRows;
  expired(root: string, now: number): ReadonlyMap<string, CallRow>;
  write(root: string, changes: CounterChanges): void;
}

export function createSqliteRows(database: DatabaseSync): SqliteRows {
  const selectWindow = database.prepare('select spent, reserved, slots, opened_at, kept_until from windows where root = ? and place = ?');
  const putWindow = database.prepare(`
    insert into windows (root, place, spent, reserved, slots, opened_at, kept_until) values (?, ?, ?, ?, ?, ?, ?)
    on conflict do update set spent = excluded.spent, reserved = excluded.reserved, slots = excluded.slots, opened_at = excluded.opened_at,
      kept_until = excluded.kept_until
  `);
  // An index is written where its column is named, though nothing in it has changed.
  const updateWindow = database.prepare(
    'update windows set spent = ?, reserved = ?, slots = ?, opened_at = ? where root = ? and place = ?',
  );
  const selectCall = database.prepare('select at, expires_at, holds from calls where root = ? and id = ?');
  const putCall = database.prepare('insert or replace into calls (root, id, at, expires_at, holds) values (?, ?, ?, ?, ?)');
  const deleteCall = database.prepare('delete from calls where root = ? and id = ?');
  const selectExpired = database.prepare(`
    select id, at, expires_at, holds from calls where root = ? and holds is not null and expires_at <= ? order by expires_at limit ${mostFreed}
  `);

  /** By what stands in the file, to tell which of its columns change. */
  const keptUntil = new Map<string, number>();

  return {
    of: (root) => ({
      window(place) {
        const row = selectWindow.get(root, place);
        if (!row) return undefined;
        const window = toWindow(row);
        keptUntil.set(`${root.length}:${root}${place}`, window.keptUntil);
        return window;
      },
      call(id) {
        const row = selectCall.get(root, id);
        return row && toCall(row);
      },
    }),
    expired: (root, now) => new Map(selectExpired.all(root, now).map((row) => [String(row['id']), toCall(row)])),
    write(root, { windows, calls }) {
      for (const [place, { spent, reserved, slots, openedAt = null, keptUntil: until }] of windows) {
        if (keptUntil.get(`${root.length}:${root}${place}`) === until)
          updateWindow.run(spent, reserved, toSlotsText(slots), openedAt, root, place);
        else putWindow.run(root, place, spent, reserved, toSlotsText(slots), openedAt, until === Infinity ? null : until);
      }
      for (const [id, call] of calls) {
        if (call) putCall.run(root, id, call.at, call.expiresAt, call.holds ? toHoldsText(call.holds) : null);
        else deleteCall.run(root, id);
      }
      keptUntil.clear();
    },
  };
}

type Row = Record<string, SQLOutputValue>;

const toWindow = ({ spent, reserved, slots, opened_at: openedAt, kept_until: until }: Row): WindowRow => ({
  spent: Number(spent),
  reserved: Number(reserved),
  slots: fromSlotsText(String(slots)),
  openedAt: openedAt === null ? undefined : Number(openedAt),
  keptUntil: until === null ? Infinity : Number(until),
});

const toCall = ({ at, expires_at: expiresAt, holds }: Row): CallRow => ({
  at: Number(at),
  expiresAt: Number(expiresAt),
  holds: holds === null ? undefined : fromHoldsText(String(holds)),
});
