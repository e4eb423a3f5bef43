import { createFrameReader, ProxyError } from '@ai-proxy/core';
import type { Frame, Framing, JsonObject, StreamDecoder } from '@ai-proxy/core';

/** What a decoder made of a body. */
export interface DecodedRecording {
  readonly chunks: readonly JsonObject[];
  readonly complete: boolean;
  /** The failure that the stream reported. */
  readonly failure?: { readonly message: string; readonly code: string | null };
}

/** Reads a body as the proxy does: up to the end mark, or else up to its end. What is thrown and no ProxyError comes out. */
export function decodeRecording(decoder: StreamDecoder, framing: Framing, slices: Iterable<Uint8Array>): DecodedRecording {
  const reader = createFrameReader(framing, { maxFrameBytes: 16 * 1024 * 1024 });
  const chunks: JsonObject[] = [];
  let marked = false;
  const decode = (frames: readonly Frame[]): void => {
    for (const frame of frames) {
      if (marked || decoder.done === true) return;
      if (frame.kind === 'event' && frame.data.trim() === '[DONE]') marked = true;
      chunks.push(...decoder.decode(frame));
    }
  };
  try {
    for (const slice of slices) {
      decode(reader.push(slice)?.frames ?? []);
      if (marked || decoder.done === true) break;
    }
    const isOver = marked || decoder.done === true;
    const tail = isOver ? { dangling: false } : reader.end();
    decode(tail.batch?.frames ?? []);
    const end = decoder.end();
    chunks.push(...end.chunks);
    return { chunks, complete: (end.complete || marked || decoder.done === true) && !tail.dangling };
  } catch (error) {
    if (!(error instanceof ProxyError)) throw error;
    return { chunks, complete: false, failure: { message: error.message, code: error.code } };
  }
}
