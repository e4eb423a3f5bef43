import { createPage } from '../decision/counter-page.ts';
import type { CounterPage } from '../decision/counter-page.ts';
import type { CallRow, Hold, WindowRow } from '../decision/counter-rows.ts';
import { fromSlotsText } from '../decision/row-texts.ts';

/** What the first message of a transaction brings. */
export interface LoadedRows {
  /** pg gives 64-bit integers as text. */
  readonly now: string;
  readonly expired: readonly LoadedCall[];
  readonly asked: readonly LoadedCall[];
  readonly windows: readonly LoadedWindow[];
}

interface LoadedCall {
  readonly id: string;
  readonly at: number;
  readonly expires_at: number;
  readonly holds: readonly Hold[] | null;
}

interface LoadedWindow {
  readonly place: string;
  readonly spent: number;
  readonly reserved: number;
  readonly slots: string;
  readonly opened_at: number | null;
  readonly kept_until: number | null;
}

export function readPage({ now, expired, asked, windows }: LoadedRows): CounterPage {
  const windowRows = new Map(windows.map((row) => [row.place, toWindow(row)]));
  const calls = new Map(asked.map((row) => [row.id, toCall(row)]));
  return createPage(
    Number(now),
    { window: (place) => windowRows.get(place), call: (id) => calls.get(id) },
    new Map(expired.map((row) => [row.id, toCall(row)])),
  );
}

const toWindow = ({ spent, reserved, slots, opened_at: openedAt, kept_until: keptUntil }: LoadedWindow): WindowRow => ({
  spent,
  reserved,
  slots: fromSlotsText(slots),
  openedAt: openedAt ?? undefined,
  keptUntil: keptUntil ?? Infinity,
});

const toCall = ({ at, expires_at: expiresAt, holds }: LoadedCall): CallRow => ({ at, expiresAt, holds: holds ?? undefined });
