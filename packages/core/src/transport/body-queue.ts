import { brokenExchange } from './broken-exchange.ts';
import { createClock } from './clock.ts';
import type { Clock } from './clock.ts';
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
  return new PushedBody(options);
}

const done: IteratorReturnResult<undefined> = { done: true, value: undefined };

interface Waiting {
  readonly resolve: (result: IteratorResult<Uint8Array>) => void;
  readonly reject: (reason: Error) => void;
}

/** A class, because one is made for every body; its own iterator, because a body is read once. */
class PushedBody implements BodyQueue, AsyncIterator<Uint8Array> {
  readonly #options: BodyQueueOptions;
  readonly #clock: Clock;
  #chunks: Uint8Array[] = [];
  #held = 0;
  #paused = false;
  #ended = false;
  #begun = false;
  #waiting: Waiting | undefined;
  failure: Error | undefined;

  constructor(options: BodyQueueOptions) {
    this.#options = options;
    this.#clock = createClock(() => options.abandon(brokenExchange(this.#begun ? 'idle_timeout' : 'first_byte_timeout')));
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    const chunk = this.#chunks.shift();
    if (chunk) {
      this.#held -= chunk.byteLength;
      if (this.#paused && this.#held < this.#options.limit / 8) {
        this.#paused = false;
        this.#options.resume();
      }
      return Promise.resolve({ done: false, value: chunk });
    }
    if (this.failure) return Promise.reject(this.failure);
    if (this.#ended) return Promise.resolve(done);
    // The clock of the first byte is running already; that of silence counts only while somebody waits.
    if (this.#begun) this.#clock.start(this.#options.clocks.idle);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  return(): Promise<IteratorResult<Uint8Array>> {
    if (!this.#ended && !this.failure) this.#options.abandon(new Error('the reader of the answer stopped'));
    this.#chunks = [];
    this.#held = 0;
    return Promise.resolve(done);
  }

  push(chunk: Uint8Array): void {
    this.#begun = true;
    this.#clock.stop();
    const waiting = this.#waiting;
    if (waiting) {
      this.#waiting = undefined;
      waiting.resolve({ done: false, value: chunk });
      return;
    }
    this.#chunks.push(chunk);
    this.#held += chunk.byteLength;
    // Half the bound, because what is on its way when the pause is asked for still arrives.
    if (!this.#paused && this.#held > this.#options.limit / 2) {
      this.#paused = true;
      this.#options.pause();
    }
  }

  end(): void {
    this.#ended = true;
    this.#clock.dispose();
    this.#waiting?.resolve(done);
    this.#waiting = undefined;
  }

  fail(reason: Error): void {
    if (this.failure || this.#ended) return;
    this.failure = reason;
    this.#clock.dispose();
    this.#waiting?.reject(reason);
    this.#waiting = undefined;
  }

  startFirstByteClock(): void {
    if (!this.#begun && !this.#ended && !this.failure) this.#clock.start(this.#options.clocks.firstByte);
  }
}
