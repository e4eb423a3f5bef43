import type { ReceiptDraft } from '../call/receipt.ts';
import type { ChunkBatch } from '../call/reply.ts';

export interface Observer {
  readonly receipt: ReceiptDraft;
  /** Functions that want to see each chunk. */
  readonly taps: readonly ((chunk: unknown) => void)[];
  /** Reads a chunk for the receipt. */
  readonly account?: (chunk: unknown) => void;
}

/** Lets a stream pass while its chunks are seen. */
export function observe(batches: AsyncIterable<ChunkBatch>, observer: Observer): AsyncIterable<ChunkBatch> {
  const { taps, account } = observer;
  const see = (result: IteratorResult<ChunkBatch>): IteratorResult<ChunkBatch> => {
    if (!result.done) {
      for (const chunk of result.value.chunks) {
        account?.(chunk);
        for (const tap of taps) tap(chunk);
      }
    }
    return result;
  };
  return {
    [Symbol.asyncIterator]() {
      const inner = batches[Symbol.asyncIterator]();
      return {
        next: () => inner.next().then(see),
        return: () => inner.return?.() ?? Promise.resolve({ done: true, value: undefined }),
      };
    },
  };
}
