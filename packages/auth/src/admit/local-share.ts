import { memoryCounter } from '@ai-proxy/core';
import type { Counter, Reservation } from '@ai-proxy/core';

/**
 * Counts rates and calls at once in this process alone, while the store that all share is away. Nobody gets more than a share of what he may, so that all
 * instances together do not let much more through than the store would.
 */
export function createLocalShare(share: number): { readonly counter: Counter; lessen(reservation: Reservation): Reservation } {
  return {
    counter: memoryCounter({ name: 'local share', windows: 50_000 }),
    lessen: (reservation) => ({
      ...reservation,
      windows: reservation.windows.map((window) => {
        if (window.limit === undefined) return window;
        const limit = Math.max(1, Math.floor(window.limit * share));
        return { ...window, limit: Math.min(window.limit, limit), amount: Math.min(window.amount, limit) };
      }),
    }),
  };
}
