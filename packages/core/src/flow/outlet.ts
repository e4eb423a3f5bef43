import type { Flow, FlowControl, Sink } from './flow.ts';
import { iterate } from './iterate.ts';

/** What an outlet asks of its source. */
export interface OutletSource {
  /** The sink wants more than has come. */
  resume(): void;
  /** The sink wants nothing any more. */
  stop(): void;
}

/** The near end of a flow: whoever makes the values gives them here, and may do so at any time. */
export interface Outlet<T> extends Flow<T> {
  /** Hands a value on, or keeps it while the sink rests; says whether more is wanted. */
  give(value: T): boolean;
  /** @param told called when the sink learns it, right before it does */
  end(told?: () => void): void;
  fail(reason: unknown): void;
}

export function createOutlet<T>(source: OutletSource): Outlet<T> {
  return new WaitingOutlet(source);
}

interface Over {
  tell(sink: Sink<unknown>): void;
}

/** A class, because several are made for every stream; its own control, because a flow is read once. */
class WaitingOutlet<T> implements Outlet<T>, FlowControl {
  readonly #source: OutletSource;
  #sink: Sink<T> | undefined;
  #waiting: T[] = [];
  // Also off while the sink takes something: what is given in that time, by itself or by its source, waits for its turn.
  #flowing = false;
  #over: Over | undefined;
  #closed = false;

  constructor(source: OutletSource) {
    this.#source = source;
  }

  [Symbol.asyncIterator](): AsyncIterator<T> {
    return iterate(this);
  }

  into(sink: Sink<T>): FlowControl {
    this.#sink = sink;
    return this;
  }

  give(value: T): boolean {
    if (!this.#flowing) {
      if (!this.#closed) this.#waiting.push(value);
      return false;
    }
    return this.#hand(value) && this.#flush();
  }

  end(told?: () => void): void {
    this.#finish({
      tell(sink) {
        told?.();
        sink.end();
      },
    });
  }

  fail(reason: unknown): void {
    this.#finish({ tell: (sink) => sink.fail(reason) });
  }

  resume(): void {
    if (this.#closed || this.#flowing) return;
    this.#flowing = true;
    if (this.#flush()) this.#source.resume();
  }

  stop(): void {
    if (this.#closed) return;
    this.#close();
    this.#source.stop();
  }

  #finish(over: Over): void {
    if (this.#over || this.#closed) return;
    this.#over = over;
    if (this.#flowing) this.#flush();
  }

  /** Gives what has waited; true where the sink wants more than that. */
  #flush(): boolean {
    while (this.#waiting.length > 0) {
      if (!this.#hand(this.#waiting.shift() as T)) return false;
    }
    if (!this.#over) return true;
    const over = this.#over;
    this.#close();
    if (this.#sink) over.tell(this.#sink);
    return false;
  }

  #hand(value: T): boolean {
    this.#flowing = false;
    if (!this.#sink?.take(value) || this.#closed) return false;
    this.#flowing = true;
    return true;
  }

  #close(): void {
    this.#closed = true;
    this.#flowing = false;
    this.#waiting = [];
  }
}
