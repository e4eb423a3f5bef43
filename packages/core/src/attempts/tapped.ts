import type { ChunkBatch } from '../call/reply.ts';
import type { Flow } from '../flow/flow.ts';
import { mapFlow } from '../flow/map-flow.ts';

/** Lets a stream pass while functions see each of its chunks, synchronously. */
export function tapped(batches: AsyncIterable<ChunkBatch>, taps: readonly ((chunk: unknown) => void)[]): Flow<ChunkBatch> {
  return mapFlow(batches, (batch) => {
    for (const chunk of batch.chunks) {
      for (const tap of taps) tap(chunk);
    }
    return batch;
  });
}
