import type { CallRow, CounterRows, WindowRow } from './counter-rows.ts';

/** What one transaction sees and changes of one root. Decisions that share a transaction share it, and each sees what those before it have done. */
export interface CounterPage extends CounterRows {
  /** The time of the store, in whole milliseconds. */
  readonly now: number;
  /** More reservations of the root have expired than have been freed: nobody is to be refused yet. */
  readonly hasMoreExpired: boolean;
  setWindow(place: string, row: WindowRow): void;
  /** Nothing takes it away. */
  setCall(id: string, row: CallRow | undefined): void;
  /** What has to be written. */
  readonly changes: CounterChanges;
}

export interface CounterChanges {
  readonly windows: ReadonlyMap<string, WindowRow>;
  readonly calls: ReadonlyMap<string, CallRow | undefined>;
}

/** So many expired reservations are freed in one transaction, so that none takes long. */
export const mostFreed = 200;

/** A page over rows that are read when they are asked for. The expired reservations that were found are freed first. */
export function createPage(now: number, rows: CounterRows, expired: ReadonlyMap<string, CallRow>): CounterPage {
  const windows = new Map<string, WindowRow>();
  const calls = new Map<string, CallRow | undefined>();
  const found = new Map<string, WindowRow | undefined>();

  const page: CounterPage = {
    now,
    hasMoreExpired: expired.size >= mostFreed,
    changes: { windows, calls },
    window(place) {
      const changed = windows.get(place);
      if (changed) return changed;
      if (!found.has(place)) found.set(place, rows.window(place));
      return found.get(place);
    },
    call: (id) => (calls.has(id) ? calls.get(id) : rows.call(id)),
    setWindow: (place, row) => void windows.set(place, row),
    setCall: (id, row) => void calls.set(id, row),
  };
  for (const [id, call] of expired) free(page, id, call);
  return page;
}

/** Forgets a reservation, and gives back what it only holds. */
export function free(page: CounterPage, id: string, { holds = [] }: CallRow): void {
  page.setCall(id, undefined);
  for (const [kind, place, amount] of holds) {
    const row = kind === 'r' ? undefined : page.window(place);
    if (row) page.setWindow(place, { ...row, reserved: Math.max(0, row.reserved - amount) });
  }
}
