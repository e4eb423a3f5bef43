import type { OpenedSum, Refusal, ReserveAnswer, WindowName, WindowReading } from '@ai-proxy/core';
import { slotOf } from '@ai-proxy/core/counter';
import { free } from './counter-page.ts';
import type { CounterPage } from './counter-page.ts';
import type { CallRow, Hold } from './counter-rows.ts';
import type { StoredReservation, StoredWindow } from './stored-reservation.ts';
import { addToRate, findWindow, readWindow, refusalOf, spendOfWindow, takeOfWindow, useWindow } from './windows.ts';

/** What a decision answers that has to be made again, because not all that has expired was freed yet. */
export const again: unique symbol = Symbol('again');

/** Ended ids are remembered for so long. */
const memory = 2 * 60_000;

export function reserve(page: CounterPage, { id, ttl, windows }: StoredReservation): ReserveAnswer | typeof again {
  const call = findCall(page, id);
  if (call && !call.holds) return { kind: 'ended' };
  if (call) return { kind: 'reserved', readings: readingsOf(page, windows) };
  const missing = windows.filter(({ place, window }) => window.kind === 'sum' && findWindow(page, place)?.openedAt === undefined);
  if (missing.length > 0) return { kind: 'missing', keys: missing.map(({ window }) => window.key) };
  const refusals = windows
    .map(({ place, window }) => refusalOf(page, place, window))
    .filter((refusal): refusal is Refusal => refusal !== undefined);
  if (refusals.length > 0) return page.hasMoreExpired ? again : { kind: 'refused', refusals, readings: readingsOf(page, windows) };
  hold(page, id, ttl, windows);
  return { kind: 'reserved', readings: readingsOf(page, windows) };
}

export function renew(page: CounterPage, { id, ttl, windows }: StoredReservation): boolean {
  const call = findCall(page, id);
  if (call && !call.holds) return false;
  if (call) page.setCall(id, { ...call, expiresAt: page.now + ttl });
  // What an expired one took of rates has not been given back, and is not taken twice.
  else {
    hold(
      page,
      id,
      ttl,
      windows.filter(({ window }) => window.kind !== 'rate'),
    );
  }
  return true;
}

/** Ends a call with the truth of each window. */
export function end(page: CounterPage, { id, ttl, windows }: StoredReservation, truthOf: (stored: StoredWindow) => number): void {
  const call = findCall(page, id);
  if (call && !call.holds) return;
  if (call) free(page, id, call);
  page.setCall(id, { at: page.now, expiresAt: page.now + Math.max(memory, ttl), holds: undefined });
  for (const stored of windows) {
    const { place, window } = stored;
    const truth = truthOf(stored);
    if (window.kind === 'sum') spendOfWindow(page, place, window.keep, truth);
    if (window.kind !== 'rate') continue;
    // One that was held again has taken nothing of its rates: there is nothing to put right.
    const took = call?.holds?.some(([kind, one]) => kind === 'r' && one === place) === true;
    if (!call || !took) continue;
    // What was reserved gives way to the truth where it was counted; what goes beyond it counts from now on.
    const difference = truth - window.amount;
    const moment = difference < 0 ? call.at : page.now;
    if (difference !== 0) addToRate(page, place, window.period, slotOf(window.period, moment), difference);
  }
}

/** Says what had been spent in sums that are missing; what was settled meanwhile is there already. */
export function open(page: CounterPage, sums: readonly { readonly place: string; readonly sum: OpenedSum }[]): void {
  for (const { place, sum } of sums) {
    const isOpen = findWindow(page, place)?.openedAt !== undefined;
    useWindow(page, place, sum.keep, () => (isOpen ? {} : { openedAt: page.now }));
    if (!isOpen) spendOfWindow(page, place, sum.keep, sum.spent);
  }
}

export function read(
  page: CounterPage,
  names: readonly { readonly place: string; readonly name: WindowName }[],
): readonly (WindowReading | undefined)[] | typeof again {
  return page.hasMoreExpired ? again : names.map(({ place, name }) => readWindow(page, place, name));
}

/** A call that is held or remembered; one whose time is over is freed on the way. */
function findCall(page: CounterPage, id: string): CallRow | undefined {
  const call = page.call(id);
  if (!call || call.expiresAt > page.now) return call;
  free(page, id, call);
  return undefined;
}

function hold(page: CounterPage, id: string, ttl: number, windows: readonly StoredWindow[]): void {
  for (const { place, window } of windows) takeOfWindow(page, place, window, window.kind === 'rate' ? slotOf(window.period, page.now) : 0);
  const holds = windows.map(({ place, window }): Hold => [letters[window.kind], place, window.amount]);
  page.setCall(id, { at: page.now, expiresAt: page.now + ttl, holds });
}

const letters = { sum: 's', rate: 'r', gauge: 'g' } as const;

const readingsOf = (page: CounterPage, windows: readonly StoredWindow[]): readonly WindowReading[] =>
  windows.flatMap(({ place, window }) => readWindow(page, place, window) ?? []);
