import type { Ledger, WindowReading } from '@ai-proxy/core';
import { storeUnavailable } from '../store/guarded-store.ts';
import type { GuardedStore } from '../store/guarded-store.ts';
import type { CallWindow } from './call-windows.ts';
import type { Endings } from './endings.ts';
import type { Leases } from './leases.ts';
import { findRecorded } from './recorded-calls.ts';
import { placeOf } from './sum-places.ts';

/**
 * Puts right what a store has lost. A sum that is missing is opened with what the ledger knows: what is under way has to be held again before, and what the
 * ledger has not heard of yet has to be said again, but nothing twice.
 */
export interface LostSums {
  /** Before a sum is opened by this process. Rejects where what is under way could not be held again. */
  beforeOpening(root: string, one: CallWindow): Promise<void>;
  /** Notices by the readings that somebody else has opened a sum anew. */
  look(root: string, windows: readonly CallWindow[], readings: readonly WindowReading[]): void;
}

export interface LostSumsOptions {
  /** The store, for errors. */
  readonly name: string;
  readonly leases: Leases;
  readonly endings: Endings;
  readonly ledger: Ledger | undefined;
  readonly ledgerGuard: GuardedStore | undefined;
  /** How long the ledger, and renewing all that is under way, may take. */
  readonly timeout: number;
  readonly ledgerLag: number;
  readonly now: () => number;
}

const mostRemembered = 10_000;

/**
 * What ended so shortly before a sum was found to be missing, in milliseconds, may have come to the ledger just after another process asked it: that is said again in any
 * case. Too much is counted then rather than too little.
 */
const margin = 1000;

export function createLostSums({ name, leases, endings, ledger, ledgerGuard, timeout, ledgerLag, now }: LostSumsOptions): LostSums {
  /** When each sum was opened, by the store's clock, and when this process last saw that; the one that was seen longest ago stands first. */
  const seen = new Map<string, { readonly openedAt: number; readonly at: number }>();

  /** What had been settled before a moment, and is in the ledger, is in what the sum was opened with. */
  async function sayAgain(root: string, { window: { key }, subject }: CallWindow, before: number): Promise<void> {
    const settlements = endings.ofSum(root, key, now() - ledgerLag);
    const older = settlements.filter(({ at }) => at <= before - margin);
    const ids = new Set(older.map(({ reservation }) => reservation.id));
    const from = older.reduce((least, { startedAt }) => Math.min(least, startedAt), Infinity);
    const known =
      ledger && ledgerGuard && ids.size > 0
        ? await ledgerGuard.ask(async () => findRecorded(ledger, subject, ids, from), timeout)
        : new Set<string>();
    for (const one of older) if (!one.isTold && known.has(one.reservation.id)) one.amounts[key] = 0;
    await endings.tellAgain(settlements.filter((one) => one.isTold && !known.has(one.reservation.id)));
  }

  return {
    async beforeOpening(root, one) {
      const { key } = one.window;
      if (leases.holds(root, key) && !(await leases.renewAll(timeout)))
        throw storeUnavailable(name, new Error('what is under way could not be held again'));
      await sayAgain(root, one, now());
      seen.delete(placeOf(root, key));
    },
    look(root, windows, readings) {
      let isLost = false;
      for (const [index, one] of windows.entries()) {
        const reading = readings[index];
        if (one.counts !== 'money' || !reading || reading.openedAt === 0) continue;
        const place = placeOf(root, one.window.key);
        const before = seen.get(place);
        seen.delete(place);
        seen.set(place, { openedAt: reading.openedAt, at: now() });
        const [oldest] = seen.keys();
        if (seen.size > mostRemembered && oldest !== undefined) seen.delete(oldest);
        if (before === undefined || before.openedAt === reading.openedAt) continue;
        isLost = true;
        // Where the ledger cannot be asked, all is said again: too much rather than too little.
        void sayAgain(root, one, before.at).catch(async () => endings.tellAgain(endings.ofSum(root, one.window.key, now() - ledgerLag)));
      }
      if (isLost) void leases.renewAll(timeout);
    },
  };
}
