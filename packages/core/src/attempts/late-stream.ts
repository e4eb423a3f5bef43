import type { ChunkBatch, Reply, ValueReply } from '../call/reply.ts';
import { brokenExchange } from '../transport/broken-exchange.ts';

/**
 * Waits for a stream to commit itself, but not for ever: after `patience` the answer begins without it, so that what stands between caller and
 * proxy sees a sign of life. Retries and fallbacks go on meanwhile; what they come to follows, as chunks or as a failure inside the stream. An answer
 * that comes whole after all follows as the batch that `toBatch` makes of it, where that can make one.
 */
export async function orLater(
  committed: Promise<Reply>,
  patience: number,
  toBatch: (reply: ValueReply) => ChunkBatch | undefined = () => undefined,
): Promise<Reply> {
  if (patience <= 0) return committed;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const early = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), patience);
  });
  try {
    const reply = await Promise.race([committed, early]);
    if (reply) return reply;
  } finally {
    clearTimeout(timer);
  }
  // Until somebody reads the stream nobody would see this fail.
  committed.catch(() => {});
  return { kind: 'stream', status: 200, headers: {}, batches: afterwards(committed, toBatch) };
}

async function* afterwards(
  committed: Promise<Reply>,
  toBatch: (reply: ValueReply) => ChunkBatch | undefined,
): AsyncGenerator<ChunkBatch, void, undefined> {
  const reply = await committed;
  if (reply.kind === 'stream') {
    yield* reply.batches;
    return;
  }
  const batch = reply.kind === 'value' ? toBatch(reply) : undefined;
  // A stream was promised by its headers; an answer of another kind cannot follow them any more.
  if (!batch) throw brokenExchange('garbage');
  yield batch;
}
