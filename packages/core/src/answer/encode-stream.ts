import { onStop } from '../body/on-stop.ts';
import type { Call } from '../call/call.ts';
import { outcomeOfError } from '../call/outcome-of-error.ts';
import type { ChunkBatch } from '../call/reply.ts';
import { callerLeft } from '../errors/caller-left.ts';
import type { ProxyError } from '../errors/proxy-error.ts';
import { toProxyError } from '../errors/to-proxy-error.ts';
import type { Encoder } from '../faces/face.ts';

/**
 * Writes a stream in the caller's dialect, one piece for what arrived together. A failure is told in that dialect and then thrown,
 * which cuts the connection: an answer without its end must not look like one with it.
 */
export function encodeStream(
  batches: AsyncIterable<ChunkBatch>,
  encoder: Encoder,
  call: Call,
  onFailure: (error: ProxyError) => void,
): AsyncIterable<string | Uint8Array> {
  const { receipt, signal } = call;
  let isComplete = false;

  async function* write(): AsyncGenerator<string | Uint8Array, void, undefined> {
    try {
      for await (const batch of batches) {
        const piece = batch.bytes ?? encodeAll(batch.chunks, encoder);
        if (piece.length === 0) continue;
        receipt.firstByte();
        yield piece;
      }
      const end = encoder.end();
      isComplete = true;
      if (end !== '') yield end;
    } catch (cause) {
      // Whatever breaks because the call was ended is the end's doing.
      const error = toProxyError(signal.aborted ? signal.reason : cause);
      settleAs(error);
      onFailure(error);
      const report = encoder.fail(error);
      if (report !== '' && error.code !== 'caller_left') yield report;
      throw error;
    } finally {
      // Also where the caller stops reading behind the end: he has it all.
      if (isComplete) receipt.settle('ok');
    }
  }

  function settleAs(error: ProxyError): void {
    receipt.settle(outcomeOfError(error), error.code ?? undefined);
  }

  /** An answer that nobody reads, or reads any more, comes to no end of its own. */
  function giveUp(): void {
    if (!isComplete) settleAs(toProxyError(signal.aborted ? signal.reason : callerLeft()));
  }

  if (signal.aborted) giveUp();
  else signal.addEventListener('abort', giveUp, { once: true });
  return onStop(write(), giveUp);
}

function encodeAll(chunks: readonly unknown[], encoder: Encoder): string {
  let text = '';
  for (const chunk of chunks) text += encoder.chunk(chunk);
  return text;
}
