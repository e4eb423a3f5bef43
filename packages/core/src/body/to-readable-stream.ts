import { createClock } from '../transport/clock.ts';

export interface ReadableStreamOptions {
  /** Called first when the reader leaves. */
  readonly onCancel?: () => void;
  /** Chooses what the stream breaks with; by default what its source broke with. */
  readonly explain?: (error: unknown) => unknown;
  /** What is put in where the source is silent while its reader waits. */
  readonly keepAlive?: SignOfLife | undefined;
  /** Gives up a reader who does not come for what follows. */
  readonly patience?: Patience | undefined;
}

export interface SignOfLife {
  readonly sign: string;
  /** Milliseconds of silence before each. A stream that begins with silence begins with a sign: hosts send headers together with the first piece. */
  readonly after: number;
}

export interface Patience {
  /** Milliseconds for a piece of 16 KiB or less, and as many again for each 16 KiB more: the reader may hand it on to somebody slow. */
  readonly limit: number;
  /** Called first when the reader is given up. */
  readonly onExpired: () => void;
  /** What the stream then breaks with. */
  readonly reason: unknown;
}

/** An async iterable as a web stream: read only when its reader asks, stopped when he leaves, broken when it breaks. */
export function toReadableStream(
  source: AsyncIterable<string | Uint8Array>,
  { onCancel, explain = (error) => error, keepAlive, patience }: ReadableStreamOptions = {},
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const iterator = source[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  let showLife = (): void => {};
  let giveUp = (): void => {};
  const silence = keepAlive && createClock(() => showLife());
  const absence = patience && createClock(() => giveUp());
  let silenceBefore = soon;

  const stop = (): void => {
    silence?.dispose();
    absence?.dispose();
  };

  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      start(controller) {
        showLife = () => {
          if (!keepAlive) return;
          // One at most for a reader who does not come for it.
          if (controller.desiredSize === 0) controller.enqueue(encoder.encode(keepAlive.sign));
          silence?.start(keepAlive.after);
        };
        giveUp = () => {
          if (!patience) return;
          stop();
          patience.onExpired();
          controller.error(explain(patience.reason));
          void iterator.return?.().then(undefined, () => {});
        };
      },
      async pull(controller) {
        absence?.stop();
        silence?.start(silenceBefore);
        try {
          const next = await iterator.next();
          silence?.stop();
          if (next.done === true) {
            stop();
            controller.close();
            return;
          }
          const piece = typeof next.value === 'string' ? encoder.encode(next.value) : (next.value as Uint8Array<ArrayBuffer>);
          if (keepAlive) silenceBefore = keepAlive.after;
          if (patience) absence?.start(patience.limit * Math.max(1, piece.byteLength / 16_384));
          controller.enqueue(piece);
        } catch (error) {
          stop();
          await nextTurn();
          controller.error(explain(error));
        }
      },
      async cancel() {
        stop();
        onCancel?.();
        await iterator.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

// What is there already comes in the same turn.
const soon = 1;

/**
 * Whoever pipes a stream into a socket destroys the socket when the stream breaks, and Node's sockets write at the end of a turn: told in the same turn,
 * the last piece would go down with the connection, and it is the one that says why.
 */
const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
