import type { Call } from '../call/call.ts';
import { outcomeOfError } from '../call/outcome-of-error.ts';
import type { ChunkBatch } from '../call/reply.ts';
import type { ProxyError } from '../errors/proxy-error.ts';
import { toProxyError } from '../errors/to-proxy-error.ts';
import type { Encoder } from '../faces/face.ts';

/**
 * Writes a stream in the caller's dialect, one piece for what arrived together. A failure is told in that dialect and then thrown,
 * which cuts the connection: an answer without its end must not look like one with it.
 */
export async function* encodeStream(
  batches: AsyncIterable<ChunkBatch>,
  encoder: Encoder,
  call: Call,
  onFailure: (error: ProxyError) => void,
): AsyncGenerator<string | Uint8Array, void, undefined> {
  const { receipt } = call;
  let isComplete = false;
  try {
    for await (const batch of batches) {
      const piece = batch.bytes ?? encodeAll(batch.chunks, encoder);
      if (piece.length === 0) continue;
      receipt.firstByte();
      yield piece;
    }
    isComplete = true;
    const end = encoder.end();
    if (end !== '') yield end;
  } catch (cause) {
    // Whatever breaks because the call was ended is the end's doing.
    const error = toProxyError(call.signal.aborted ? call.signal.reason : cause);
    receipt.settle(outcomeOfError(error), error.code ?? undefined);
    onFailure(error);
    const report = encoder.fail(error);
    if (report !== '' && error.code !== 'caller_left') yield report;
    throw error;
  } finally {
    // Whoever stops reading before the end has left, or was given up.
    if (isComplete) receipt.settle('ok');
    else if (!receipt.isSettled) receipt.settle(call.signal.aborted ? outcomeOfError(toProxyError(call.signal.reason)) : 'caller_left');
  }
}

function encodeAll(chunks: readonly unknown[], encoder: Encoder): string {
  let text = '';
  for (const chunk of chunks) text += encoder.chunk(chunk);
  return text;
}
