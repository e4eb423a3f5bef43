import type { Counter } from '@ai-proxy/core';

/** One counter that asks each of several in turn, as calls come to several processes. */
export function overSeveral(counters: readonly Counter[]): Counter {
  let asked = 0;
  const next = (): Counter => {
    asked += 1;
    const counter = counters[asked % counters.length];
    if (!counter) throw new Error('there is no counter');
    return counter;
  };
  return {
    name: 'several counters',
    reserve: async (reservation) => next().reserve(reservation),
    renew: async (reservation) => next().renew(reservation),
    settle: async (reservation, amounts) => next().settle(reservation, amounts),
    release: async (reservation) => next().release(reservation),
    open: async (root, sums) => next().open(root, sums),
    read: async (root, windows) => next().read(root, windows),
    close: async () => {
      await Promise.all(counters.map(async (counter) => counter.close()));
    },
  };
}
