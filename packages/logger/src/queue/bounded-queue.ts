/** What waits for something slower than calls are: within a bound, and what does not fit is counted. */
export interface BoundedQueue<Item> {
  push(item: Item): void;
  /** Hands over what waits, as far as it can in this time (milliseconds). */
  close(grace: number): Promise<void>;
  readonly waiting: number;
  /** Items that were lost: the queue was full, or its end came first. */
  readonly dropped: number;
}

export interface BoundedQueueOptions<Item> {
  /** Items that may wait; of more the oldest are dropped. */
  readonly limit: number;
  /** Items that are handed over together. */
  readonly batch: number;
  /** Milliseconds in which a batch may gather. */
  readonly linger: number;
  /** Takes a batch; it is tried again after a pause while this rejects. The signal says that there is no time left. */
  readonly deliver: (items: readonly Item[], signal: AbortSignal) => Promise<void>;
  /** Milliseconds until the next try after so many failures in a row. */
  readonly pause: (failures: number) => number;
  /** Told of each failure in a row, from 1, and of losses as they begin. */
  readonly onTrouble: (trouble: { readonly failures: number; readonly dropped: number; readonly error: unknown }) => void;
}

/** Gathers items and hands them over in batches, one at a time. Its timers never keep a process alive. */
export function createBoundedQueue<Item>(options: BoundedQueueOptions<Item>): BoundedQueue<Item> {
  let items: Item[] = [];
  let dropped = 0;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let delivering: Promise<void> | undefined;
  const ending = new AbortController();
  let isClosed = false;

  function wake(delay: number): void {
    if (timer !== undefined || delivering) return;
    timer = setTimeout(() => {
      timer = undefined;
      void run();
    }, delay);
    // Only Node's timers keep a process alive, and only they can be told not to.
    if (typeof timer === 'object' && 'unref' in timer) timer.unref();
  }

  function run(): Promise<void> {
    delivering ??= deliverOne().finally(() => {
      delivering = undefined;
      if (items.length > 0 && !ending.signal.aborted) wake(failures === 0 ? 0 : options.pause(failures));
    });
    return delivering;
  }

  async function deliverOne(): Promise<void> {
    const batch = items.slice(0, options.batch);
    if (batch.length === 0) return;
    try {
      await options.deliver(batch, ending.signal);
      failures = 0;
      // What was pushed out meanwhile by newer items is not to be taken away twice.
      const gone = new Set(batch);
      items = items.filter((item) => !gone.has(item));
    } catch (error) {
      failures += 1;
      options.onTrouble({ failures, dropped, error });
    }
  }

  return {
    push(item) {
      if (isClosed) {
        dropped += 1;
        return;
      }
      items.push(item);
      if (items.length > options.limit) {
        items.shift();
        dropped += 1;
        if (dropped === 1) options.onTrouble({ failures, dropped, error: undefined });
      }
      wake(items.length >= options.batch ? 0 : options.linger);
    },
    async close(grace) {
      isClosed = true;
      clearTimeout(timer);
      timer = undefined;
      const end = Date.now() + grace;
      const limit = setTimeout(() => ending.abort(), grace);
      while (items.length > 0 && !ending.signal.aborted) {
        await run();
        clearTimeout(timer);
        timer = undefined;
        if (failures > 0) await until(Math.min(options.pause(failures), Math.max(0, end - Date.now())), ending.signal);
      }
      clearTimeout(limit);
      dropped += items.length;
      items = [];
    },
    get waiting() {
      return items.length;
    },
    get dropped() {
      return dropped;
    },
  };
}

function until(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
