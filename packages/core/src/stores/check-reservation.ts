import type { Reservation } from './counter.ts';

/** Throws where a reservation is not one that a counter can keep: amounts and limits are whole numbers, or nothing adds up. */
export function checkReservation({ id, root, ttl, windows }: Reservation): void {
  if (id === '' || root === '') throw new TypeError('a reservation needs an id and a root');
  checkWhole(ttl, 1, `the ttl of reservation ${id}`);
  const keys = new Set<string>();
  for (const window of windows) {
    if (keys.has(window.key)) throw new TypeError(`reservation ${id} names the window "${window.key}" twice`);
    keys.add(window.key);
    checkWhole(window.amount, 0, `the amount of "${window.key}"`);
    if (window.limit !== undefined) checkWhole(window.limit, 0, `the limit of "${window.key}"`);
    if (window.kind === 'rate') checkWhole(window.period, 1, `the period of "${window.key}"`);
  }
}

/** Throws where settled amounts are not whole numbers. */
export function checkAmounts(amounts: Readonly<Record<string, number>>): void {
  for (const [key, amount] of Object.entries(amounts)) checkWhole(amount, 0, `the settled amount of "${key}"`);
}

function checkWhole(value: number, least: number, what: string): void {
  if (!Number.isSafeInteger(value) || value < least)
    throw new TypeError(`${what} has to be a whole number of at least ${least}; it is ${value}`);
}
