import { createClock } from '../transport/clock.ts';

export interface ReadableStreamOptions {
  /** Called first when the reader leaves. */
  readonly onCancel?: () => void;
  /** Chooses what the stream breaks with; by default what its source broke with. */
  readonly explain?: (error: unknown) => unknown;
  /** What is put in where the source is silent while its reader waits. */
  readonly keepAlive?: SignOfLife | undefined;
}

export interface SignOfLife {
  readonly sign: string;
  /** Milliseconds of silence before each. */
  readonly after: number;
}

/** An async iterable as a web stream: read only when its reader asks, stopped when he leaves, broken when it breaks. */
export function toReadableStream(
  source: AsyncIterable<string | Uint8Array>,
  { onCancel, explain = (error) => error, keepAlive }: ReadableStreamOptions = {},
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const iterator = source[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  let showLife = (): void => {};
  const silence = keepAlive && createClock(() => showLife());

  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      start(controller) {
        if (!keepAlive) return;
        const sign = encoder.encode(keepAlive.sign);
        showLife = () => {
          // One at most for a reader who does not come for it.
          if (controller.desiredSize === 0) controller.enqueue(sign.slice());
          silence?.start(keepAlive.after);
        };
      },
      async pull(controller) {
        if (keepAlive) silence?.start(keepAlive.after);
        try {
          const next = await iterator.next();
          silence?.stop();
          if (next.done !== true) {
            controller.enqueue(typeof next.value === 'string' ? encoder.encode(next.value) : (next.value as Uint8Array<ArrayBuffer>));
            return;
          }
          silence?.dispose();
          controller.close();
        } catch (error) {
          silence?.dispose();
          await nextTurn();
          controller.error(explain(error));
        }
      },
      async cancel() {
        silence?.dispose();
        onCancel?.();
        await iterator.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

/**
 * Whoever pipes a stream into a socket destroys the socket when the stream breaks, and Node's sockets write at the end of a turn: told in the same turn,
 * the last piece would go down with the connection, and it is the one that says why.
 */
const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
