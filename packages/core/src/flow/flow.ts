/**
 * A stream that pushes: what comes is handed on in the turn of the event loop in which it came, without a promise for each piece. Read once, either by
 * `into` or by iteration; iteration is made of `into`.
 */
export interface Flow<T> extends AsyncIterable<T> {
  /** Names where everything goes. A flow begins at rest: nothing comes before the first `resume`. */
  into(sink: Sink<T>): FlowControl;
}

/** Where a flow leads. It never throws: nobody above it could tell whose mistake that was. */
export interface Sink<T> {
  /** Takes a value; false asks for a rest, during which nothing comes, neither a value nor the end. */
  take(value: T): boolean;
  /** Everything has come. */
  end(): void;
  /** What is missing will not come. */
  fail(reason: unknown): void;
}

/** How a sink steers what flows into it. */
export interface FlowControl {
  /** Goes on after a rest. */
  resume(): void;
  /** Nobody wants the remainder: nothing comes any more. After the end it changes nothing. */
  stop(): void;
}

export function isFlow<T>(stream: AsyncIterable<T>): stream is Flow<T> {
  return 'into' in stream && typeof stream.into === 'function';
}
