import { brokenExchange } from './broken-exchange.ts';
import { createClock } from './clock.ts';
import type { TransportClocks } from './transport.ts';

export interface BodyQueueOptions {
  readonly clocks: TransportClocks;
  /** Bytes that are held for a reader who does not come. */
  readonly limit: number;
  readonly pause: () => void;
  readonly resume: () => void;
  /** The reader stopped, or a clock ran out: the exchange has to go. */
  readonly abandon: (reason: Error) => void;
}

/** Turns pushed bytes into an async iterable with back-pressure, an idle clock and a bound. */
export interface BodyQueue extends AsyncIterable<Uint8Array> {
  push(chunk: Uint8Array): void;
  end(): void;
  fail(reason: Error): void;
  startFirstByteClock(): void;
  readonly failure: Error | undefined;
}

export function createBodyQueue(options: BodyQueueOptions): BodyQueue {
  const { clocks, limit } = options;
  // Half the bound, because what is on its way when the pause is asked for still arrives.
  const pauseAbove = limit / 2;
  const resumeBelow = limit / 8;
  let chunks: Uint8Array[] = [];
  let held = 0;
  let paused = false;
  let ended = false;
  let begun = false;
  let failure: Error | undefined;
  let waiting: { resolve: (result: IteratorResult<Uint8Array>) => void; reject: (reason: Error) => void } | undefined;

  const clock = createClock(() => options.abandon(brokenExchange(begun ? 'idle_timeout' : 'first_byte_timeout')));
  const done: IteratorResult<Uint8Array> = { done: true, value: undefined };

  const iterator: AsyncIterator<Uint8Array> = {
    next() {
      const chunk = chunks.shift();
      if (chunk) {
        held -= chunk.byteLength;
        if (paused && held < resumeBelow) {
          paused = false;
          options.resume();
        }
        return Promise.resolve({ done: false, value: chunk });
      }
      if (failure) return Promise.reject(failure);
      if (ended) return Promise.resolve(done);
      // The clock of the first byte is running already; that of silence counts only while somebody waits.
      if (begun) clock.start(clocks.idle);
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject };
      });
    },
    return() {
      if (!ended && !failure) options.abandon(new Error('the reader of the answer stopped'));
      chunks = [];
      held = 0;
      return Promise.resolve(done);
    },
  };

  return {
    [Symbol.asyncIterator]: () => iterator,
    push(chunk) {
      begun = true;
      clock.stop();
      if (waiting) {
        const { resolve } = waiting;
        waiting = undefined;
        resolve({ done: false, value: chunk });
        return;
      }
      chunks.push(chunk);
      held += chunk.byteLength;
      if (!paused && held > pauseAbove) {
        paused = true;
        options.pause();
      }
    },
    end() {
      ended = true;
      clock.dispose();
      waiting?.resolve(done);
      waiting = undefined;
    },
    fail(reason) {
      if (failure || ended) return;
      failure = reason;
      clock.dispose();
      waiting?.reject(reason);
      waiting = undefined;
    },
    startFirstByteClock() {
      if (!begun && !ended && !failure) clock.start(clocks.firstByte);
    },
    get failure() {
      return failure;
    },
  };
}
