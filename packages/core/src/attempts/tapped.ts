import type { ChunkBatch } from '../call/reply.ts';

/** Lets a stream pass while functions see each of its chunks, synchronously. */
export function tapped(batches: AsyncIterable<ChunkBatch>, taps: readonly ((chunk: unknown) => void)[]): AsyncIterable<ChunkBatch> {
  const see = (result: IteratorResult<ChunkBatch>): IteratorResult<ChunkBatch> => {
    if (!result.done) {
      for (const chunk of result.value.chunks) {
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
