import { createOutlet } from '../flow/outlet.ts';
import type { Outlet } from '../flow/outlet.ts';
import type { Flow, FlowControl, Sink } from '../flow/flow.ts';
import { iterate } from '../flow/iterate.ts';
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

/** Turns pushed bytes into a flow with back-pressure, an idle clock and a bound. */
export interface BodyQueue extends Flow<Uint8Array> {
  push(chunk: Uint8Array): void;
  end(): void;
  fail(reason: Error): void;
  startFirstByteClock(): void;
  readonly failure: Error | undefined;
}

export function createBodyQueue(options: BodyQueueOptions): BodyQueue {
  return new PushedBody(options);
}

/** A class, because one is made for every body: methods are then shared, and not made anew each time. */
class PushedBody implements BodyQueue {
  readonly #options: BodyQueueOptions;
  readonly #clock: Clock;
  readonly #outlet: Outlet<Uint8Array>;
  #held = 0;
  #paused = false;
  #begun = false;
  #ended = false;
  failure: Error | undefined;

  constructor(options: BodyQueueOptions) {
    this.#options = options;
    this.#clock = createClock(() => options.abandon(brokenExchange(this.#begun ? 'idle_timeout' : 'first_byte_timeout')));
    this.#outlet = createOutlet({
      resume: () => this.#wait(),
      stop: () => {
        if (!this.#isOver) options.abandon(new Error('the reader of the answer stopped'));
      },
    });
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return iterate(this);
  }

  into(sink: Sink<Uint8Array>): FlowControl {
    return this.#outlet.into({
      take: (chunk) => {
        const more = sink.take(chunk);
        this.#release(chunk.byteLength);
        return more;
      },
      end: () => sink.end(),
      fail: (reason) => sink.fail(reason),
    });
  }

  push(chunk: Uint8Array): void {
    this.#begun = true;
    this.#held += chunk.byteLength;
    if (this.#outlet.give(chunk)) {
      this.#wait();
      return;
    }
    this.#clock.stop();
    // Half the bound, because what is on its way when the pause is asked for still arrives.
    if (!this.#paused && this.#held > this.#options.limit / 2) {
      this.#paused = true;
      this.#options.pause();
    }
  }

  end(): void {
    this.#ended = true;
    this.#clock.dispose();
    this.#outlet.end();
  }

  fail(reason: Error): void {
    if (this.#isOver) return;
    this.failure = reason;
    this.#clock.dispose();
    this.#outlet.fail(reason);
  }

  startFirstByteClock(): void {
    if (!this.#begun && !this.#isOver) this.#clock.start(this.#options.clocks.firstByte);
  }

  get #isOver(): boolean {
    return this.#ended || this.failure !== undefined;
  }

  /** The clock of the first byte is running already; that of silence counts only while somebody waits. */
  #wait(): void {
    if (this.#begun && !this.#isOver) this.#clock.start(this.#options.clocks.idle);
  }

  #release(size: number): void {
    this.#held -= size;
    if (!this.#paused || this.#held >= this.#options.limit / 8) return;
    this.#paused = false;
    this.#options.resume();
  }
}
