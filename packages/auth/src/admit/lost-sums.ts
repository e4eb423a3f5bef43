import type { Counter, WindowReading } from '@ai-proxy/core';
import type { GuardedStore } from '../store/guarded-store.ts';
import type { CallWindow } from './call-windows.ts';
import type { Leases } from './leases.ts';

/** Notices that a store has lost a sum and somebody has opened it anew. */
export interface LostSums {
  look(root: string, windows: readonly CallWindow[], readings: readonly WindowReading[]): void;
}

const mostRemembered = 10_000;

/**
 * A sum that was lost is opened with what the ledger knows, and the ledger may be some seconds late. What this process has settled in that time is said again:
 * the store adds it, unless it knows it. Where the ledger knew it already it counts twice: too much rather than too little.
 */
export function createLostSums(counter: Counter, guard: GuardedStore, leases: Leases, ledgerLag: number, now: () => number): LostSums {
  const seen = new Map<string, number>();

  return {
    look(root, windows, readings) {
      for (const [index, { counts, window }] of windows.entries()) {
        const reading = readings[index];
        if (counts !== 'money' || !reading || reading.openedAt === 0) continue;
        const place = JSON.stringify([root, window.key]);
        const before = seen.get(place);
        if (before === reading.openedAt) continue;
        seen.set(place, reading.openedAt);
        const [oldest] = seen.keys();
        if (seen.size > mostRemembered && oldest !== undefined) seen.delete(oldest);
        if (before === undefined) continue;
        for (const { reservation, amounts } of leases.settledSince(window.key, now() - ledgerLag)) {
          if (amounts === 'release' || reservation.root !== root) continue;
          void guard.ask(async () => counter.settle(reservation, amounts)).catch(() => undefined);
        }
      }
    },
  };
}
