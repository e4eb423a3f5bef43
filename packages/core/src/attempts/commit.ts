import type { ChunkBatch } from '../call/reply.ts';
import type { Flow } from '../flow/flow.ts';
import { createOutlet } from '../flow/outlet.ts';

/** What is held back at the most while a stream has not committed itself. */
const heldBytes = 256 * 1024;

/**
 * Waits until a stream has output to show, and holds back what comes before: until then another target may take over.
 * A stream that ends properly without output commits too. Throws what the stream throws before that.
 */
export function commit(batches: Flow<ChunkBatch>, commits: (batch: ChunkBatch) => boolean): Promise<Flow<ChunkBatch>> {
  return new Promise((resolve, reject) => {
    let size = 0;
    let committed = false;
    // It keeps what it is given until somebody reads it.
    const outlet = createOutlet<ChunkBatch>({ resume: () => control.resume(), stop: () => control.stop() });
    const settle = (): void => {
      committed = true;
      resolve(outlet);
    };
    const control = batches.into({
      take(batch) {
        const more = outlet.give(batch);
        if (committed) return more;
        size += 64 + (batch.bytes?.byteLength ?? 0);
        if (!commits(batch) && size < heldBytes) return true;
        settle();
        return false;
      },
      end() {
        outlet.end();
        settle();
      },
      fail(reason) {
        if (committed) outlet.fail(reason);
        else reject(reason);
      },
    });
    control.resume();
  });
}
