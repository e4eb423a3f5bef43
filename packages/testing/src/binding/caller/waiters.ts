/** Promises that settle when a condition comes true, which is looked at whenever something has happened. */
export interface Waiters {
  until(condition: () => boolean, otherwise: () => string): Promise<void>;
  /** Something has happened. */
  look(): void;
  /** Nothing more will happen: whoever still waits does so in vain. */
  stop(): void;
}

export function createWaiters(): Waiters {
  const waiting = new Set<{ condition: () => boolean; otherwise: () => string; resolve: () => void; reject: (error: Error) => void }>();
  let stopped = false;
  const look = (): void => {
    for (const waiter of waiting) {
      if (waiter.condition()) waiter.resolve();
      else if (stopped) waiter.reject(new Error(waiter.otherwise()));
      else continue;
      waiting.delete(waiter);
    }
  };
  return {
    until: (condition, otherwise) =>
      new Promise((resolve, reject) => {
        waiting.add({ condition, otherwise, resolve, reject });
        look();
      }),
    look,
    stop() {
      stopped = true;
      look();
    },
  };
}
