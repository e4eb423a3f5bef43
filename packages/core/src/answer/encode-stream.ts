import type { Call } from '../call/call.ts';
import { outcomeOfError } from '../receipt/outcome-of-error.ts';
import type { ChunkBatch } from '../call/reply.ts';
import { callerLeft } from '../errors/caller-left.ts';
import type { ProxyError } from '../errors/proxy-error.ts';
import { toProxyError } from '../errors/to-proxy-error.ts';
import type { Encoder } from '../faces/face.ts';
import type { Flow } from '../flow/flow.ts';
import { createOutlet } from '../flow/outlet.ts';
import { toFlow } from '../flow/to-flow.ts';

/**
 * Writes a stream in the caller's dialect, one piece for what arrived together. A failure is told in that dialect and then handed on,
 * which cuts the connection: an answer without its end must not look like one with it.
 */
export function encodeStream(
  batches: AsyncIterable<ChunkBatch>,
  encoder: Encoder,
  call: Call,
  onFailure: (error: ProxyError) => void,
): Flow<string | Uint8Array> {
  const { receipt, signal } = call;
  let isComplete = false;

  const outlet = createOutlet<string | Uint8Array>({
    resume: () => source.resume(),
    stop() {
      source.stop();
      leave();
    },
  });
  const source = toFlow(batches).into({
    take(batch) {
      let piece: string | Uint8Array;
      try {
        piece = batch.bytes ?? encodeAll(batch.chunks, encoder);
      } catch (cause) {
        source.stop();
        breakOff(cause);
        return false;
      }
      if (piece.length === 0) return true;
      receipt.firstByte();
      return outlet.give(piece);
    },
    end() {
      let mark: string;
      try {
        mark = encoder.end();
      } catch (cause) {
        breakOff(cause);
        return;
      }
      isComplete = true;
      if (mark !== '') outlet.give(mark);
      outlet.end(leave);
    },
    fail: breakOff,
  });

  function breakOff(cause: unknown): void {
    // Whatever breaks because the call was ended is the end's doing.
    const error = toProxyError(signal.aborted ? signal.reason : cause);
    try {
      settleAs(error);
      onFailure(error);
      const report = encoder.fail(error);
      if (report !== '' && error.code !== 'caller_left') outlet.give(report);
      outlet.fail(error);
    } catch (mistake) {
      outlet.fail(mistake);
    }
  }

  function settleAs(error: ProxyError): void {
    receipt.settle(outcomeOfError(error), error.code ?? undefined);
  }

  /** Nobody reads on. An answer that is not complete comes to no end of its own; one that is has been served. */
  function leave(): void {
    if (isComplete) receipt.settle('ok');
    else settleAs(toProxyError(signal.aborted ? signal.reason : callerLeft()));
  }

  if (signal.aborted) leave();
  else signal.addEventListener('abort', leave, { once: true });
  return outlet;
}

function encodeAll(chunks: readonly unknown[], encoder: Encoder): string {
  let text = '';
  for (const chunk of chunks) text += encoder.chunk(chunk);
  return text;
}
