import type { Counter, CounterWindow, Reservation } from '@ai-proxy/core';
import { checkAmounts, checkReservation } from '@ai-proxy/core/counter';
import type { CounterTables } from './counter-work.ts';
import type { CounterPage } from './decision/counter-page.ts';
import { end, open, read, renew, reserve } from './decision/decide.ts';
import type { again } from './decision/decide.ts';
import { toStoredReservation } from './decision/stored-reservation.ts';
import type { StoredReservation } from './decision/stored-reservation.ts';
import { toStoredText } from './decision/stored-text.ts';

/** A counter over tables: what is asked is decided in the same way whatever database holds the rows. */
export function createCounter(name: string, tables: CounterTables): Counter {
  async function ofCall<Answer>(
    reservation: Reservation,
    decide: (page: CounterPage, stored: StoredReservation) => Answer | typeof again,
  ): Promise<Answer> {
    checkReservation(reservation);
    const stored = toStoredReservation(reservation);
    const { root, id, windows } = stored;
    return tables.run({ root, id, places: windows.map(({ place }) => place), decide: (page) => decide(page, stored) });
  }

  async function finish(reservation: Reservation, truth: (window: CounterWindow) => number): Promise<void> {
    await ofCall(reservation, (page, stored) => end(page, stored, ({ window }) => truth(window)));
  }

  return {
    name,
    reserve: async (reservation) => ofCall(reservation, reserve),
    renew: async (reservation) => ofCall(reservation, renew),
    async settle(reservation, amounts) {
      checkAmounts(amounts);
      await finish(reservation, ({ key, amount }) => (Object.hasOwn(amounts, key) ? (amounts[key] ?? amount) : amount));
    },
    release: async (reservation) => finish(reservation, () => 0),
    async open(root, sums) {
      checkAmounts(Object.fromEntries(sums.map(({ key, spent }) => [key, spent])));
      const stored = sums.map((sum) => ({ place: toStoredText(sum.key), sum }));
      const places = stored.map(({ place }) => place);
      await tables.run({ root: toStoredText(root), id: undefined, places, decide: (page) => open(page, stored) });
    },
    async read(root, names) {
      const stored = names.map((one) => ({ place: toStoredText(one.key), name: one }));
      const places = stored.map(({ place }) => place);
      return tables.run({ root: toStoredText(root), id: undefined, places, decide: (page) => read(page, stored) });
    },
    close: async () => tables.close(),
  };
}
