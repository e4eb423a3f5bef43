import type { Flow, FlowControl, Sink } from './flow.ts';

/** Reads a flow by asking for each value: nothing comes that nobody waits for. */
export function iterate<T>(flow: Pick<Flow<T>, 'into'>): AsyncIterator<T> {
  return new FlowIterator(flow);
}

interface Waiting<T> {
  readonly resolve: (result: IteratorResult<T>) => void;
  readonly reject: (reason: unknown) => void;
}

const done: IteratorReturnResult<undefined> = { done: true, value: undefined };

class FlowIterator<T> implements AsyncIterator<T>, Sink<T> {
  readonly #control: FlowControl;
  readonly #waiting: Waiting<T>[] = [];
  #failure: { readonly reason: unknown } | undefined;
  #isOver = false;

  constructor(flow: Pick<Flow<T>, 'into'>) {
    this.#control = flow.into(this);
  }

  next(): Promise<IteratorResult<T>> {
    if (this.#failure) return Promise.reject(this.#failure.reason);
    if (this.#isOver) return Promise.resolve(done);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      if (this.#waiting.length === 1) this.#control.resume();
    });
  }

  return(): Promise<IteratorResult<T>> {
    if (!this.#isOver) this.#control.stop();
    this.end();
    return Promise.resolve(done);
  }

  take(value: T): boolean {
    this.#waiting.shift()?.resolve({ done: false, value });
    return this.#waiting.length > 0;
  }

  end(): void {
    this.#isOver = true;
    for (const { resolve } of this.#waiting.splice(0)) resolve(done);
  }

  fail(reason: unknown): void {
    this.#isOver = true;
    this.#failure = { reason };
    for (const { reject } of this.#waiting.splice(0)) reject(reason);
  }
}
