export interface ReadableStreamOptions {
  /** Called first when the reader leaves. */
  readonly onCancel?: () => void;
  /** Chooses what the stream breaks with; by default what its source broke with. */
  readonly explain?: (error: unknown) => unknown;
}

/** An async iterable as a web stream: read only when its reader asks, stopped when he leaves, broken when it breaks. */
export function toReadableStream(
  source: AsyncIterable<string | Uint8Array>,
  { onCancel, explain = (error) => error }: ReadableStreamOptions = {},
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const iterator = source[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        try {
          const next = await iterator.next();
          if (next.done === true) controller.close();
          else controller.enqueue(typeof next.value === 'string' ? encoder.encode(next.value) : (next.value as Uint8Array<ArrayBuffer>));
        } catch (error) {
          controller.error(explain(error));
        }
      },
      async cancel() {
        onCancel?.();
        await iterator.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
