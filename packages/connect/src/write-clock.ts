import type { ServerResponse } from 'node:http';

/** Notices a caller who takes nothing. One timer at most, whatever the number of chunks; it never keeps the process alive. */
export interface WriteClock {
  /** Something is waiting to be taken. */
  start(): void;
  /** All of it has been taken. */
  pause(): void;
  stop(): void;
}

const noClock: WriteClock = { start: () => {}, pause: () => {}, stop: () => {} };

/** Calls `stalled` when a response holds bytes and none of them has left for `limit` milliseconds; 0 never calls. */
export function createWriteClock(res: ServerResponse, limit: number, stalled: () => void): WriteClock {
  if (limit === 0) return noClock;
  // A caller who takes a little is slow and not gone; looking four times in a limit tells the two apart.
  const interval = Math.max(1, limit / 4);
  let timer: NodeJS.Timeout | undefined;
  let waiting = false;
  let stopped = false;
  let since = 0;
  let held = 0;

  function look(): void {
    timer = undefined;
    if (!waiting || stopped) return;
    const now = performance.now();
    if (res.writableLength !== held) {
      held = res.writableLength;
      since = now;
    }
    if (now - since >= limit) {
      stopped = true;
      stalled();
    } else {
      arm();
    }
  }

  function arm(): void {
    timer ??= setTimeout(look, interval).unref();
  }

  return {
    start() {
      if (stopped) return;
      if (!waiting) {
        since = performance.now();
        held = res.writableLength;
      }
      waiting = true;
      arm();
    },
    pause() {
      waiting = false;
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
