import type { CounterWindow, Refusal, WindowName, WindowReading } from '@ai-proxy/core';
import { addToSlot, rateFreeIn, rateResetIn, rateUsed } from '@ai-proxy/core/counter';
import type { CounterPage } from './counter-page.ts';
import type { WindowRow } from './counter-rows.ts';

const unused: WindowRow = { spent: 0, reserved: 0, slots: new Map(), openedAt: undefined, keptUntil: 0 };

/** A gauge that nothing holds says nothing; its row is only kept so that it is not made anew for every call. */
const gaugesAreKept = 60_000;

/** A window, unless its time is over. */
export function findWindow(page: CounterPage, place: string): WindowRow | undefined {
  const row = page.window(place);
  return row && (row.keptUntil > page.now || row.reserved > 0) ? row : undefined;
}

/** Changes a window, which is kept for a time from now on, or for ever. */
export function useWindow(
  page: CounterPage,
  place: string,
  keep: number | undefined,
  change: (row: WindowRow) => Partial<WindowRow>,
): void {
  const row = findWindow(page, place) ?? unused;
  page.setWindow(place, { ...row, ...change(row), keptUntil: keptUntil(row.keptUntil, page.now, keep) });
}

/** Lengthened seldom, and then by a little more, so that the index of it is not written with every call. */
function keptUntil(before: number, now: number, keep: number | undefined): number {
  if (keep === undefined) return Infinity;
  return before !== Infinity && before >= now + keep ? before : now + keep + Math.ceil(keep / 8);
}

/** Adds to what is reserved, or of a rate to what was used at a moment. */
export function takeOfWindow(page: CounterPage, place: string, window: CounterWindow, slot: number): void {
  if (window.kind === 'rate') addToRate(page, place, window.period, slot, window.amount);
  else {
    const keep = window.kind === 'sum' ? window.keep : gaugesAreKept;
    useWindow(page, place, keep, ({ reserved }) => ({ reserved: add(reserved, window.amount) }));
  }
}

export function addToRate(page: CounterPage, place: string, period: number, slot: number, amount: number): void {
  useWindow(page, place, 2 * period, ({ slots }) => ({ slots: addToSlot(slots, slot, amount, period, page.now) }));
}

export function spendOfWindow(page: CounterPage, place: string, keep: number | undefined, amount: number): void {
  useWindow(page, place, keep, ({ spent }) => ({ spent: add(spent, amount) }));
}

/** What a number cannot say any more stays at the greatest that it can: nothing fits beside it. */
const add = (one: number, other: number): number => Math.min(one + other, Number.MAX_SAFE_INTEGER);

/** Why a window does not let an amount through; nothing where it does. */
export function refusalOf(page: CounterPage, place: string, window: CounterWindow): Refusal | undefined {
  const { key, kind, amount, limit } = window;
  if (limit === undefined) return undefined;
  const { spent, reserved, slots } = findWindow(page, place) ?? unused;
  if (kind !== 'rate') return spent + reserved + amount <= limit ? undefined : { key, retryIn: undefined };
  if (rateUsed(slots, window.period, page.now) + amount <= limit) return undefined;
  return { key, retryIn: rateFreeIn(slots, window.period, page.now, limit, amount) };
}

/** How a window stands; nothing for a sum that is missing. */
export function readWindow(page: CounterPage, place: string, name: WindowName): WindowReading | undefined {
  const { key, kind } = name;
  const row = findWindow(page, place);
  if (kind === 'sum' && row?.openedAt === undefined) return undefined;
  const { spent, reserved, slots, openedAt = 0 } = row ?? unused;
  if (kind !== 'rate') return { key, used: add(spent, reserved), reserved, resetIn: 0, openedAt };
  const used = rateUsed(slots, name.period, page.now);
  return { key, used, reserved: 0, resetIn: rateResetIn(slots, name.period, page.now), openedAt: 0 };
}
