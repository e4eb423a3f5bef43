import type { ChunkBatch } from '../call/reply.ts';

/** What is held back at the most while a stream has not committed itself. */
const heldBytes = 256 * 1024;

/**
 * Waits until a stream has output to show, and holds back what comes before: until then another target may take over.
 * A stream that ends properly without output commits too. Throws what the stream throws before that.
 */
export async function commit(
  batches: AsyncGenerator<ChunkBatch, void, undefined>,
  commits: (batch: ChunkBatch) => boolean,
): Promise<AsyncIterable<ChunkBatch>> {
  const held: ChunkBatch[] = [];
  let size = 0;
  while (size < heldBytes) {
    const { done, value } = await batches.next();
    if (done) break;
    held.push(value);
    if (commits(value)) break;
    size += 64 + (value.bytes?.byteLength ?? 0);
  }
  return replay(held, batches);
}

/** First what was held, then the rest. An iterator by hand: delegating generators cost a turn of the queue for every batch. */
function replay(held: ChunkBatch[], rest: AsyncGenerator<ChunkBatch, void, undefined>): AsyncIterable<ChunkBatch> {
  return {
    [Symbol.asyncIterator]: () => ({
      next() {
        const value = held.shift();
        return value ? Promise.resolve({ done: false, value }) : rest.next();
      },
      return: () => rest.return(),
    }),
  };
}
