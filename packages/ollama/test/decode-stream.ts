import { createFrameReader, ProxyError } from '@ai-proxy/core';
import type { JsonObject, StreamDecoder } from '@ai-proxy/core';

export interface DecodedStream {
  readonly chunks: readonly JsonObject[];
  readonly complete: boolean;
  readonly error?: { readonly status: number; readonly code: string | null; readonly message: string; readonly retryable: boolean };
}

/** Feeds the bytes of a stream, sliced in any way, through the frame reader and a decoder, and ends where the decoder says that it is done. */
export function decodeStream(decoder: StreamDecoder, slices: Iterable<Uint8Array>): DecodedStream {
  const reader = createFrameReader('ndjson', { maxFrameBytes: 1 << 20 });
  const chunks: JsonObject[] = [];
  try {
    for (const slice of slices) {
      for (const frame of reader.push(slice)?.frames ?? []) chunks.push(...decoder.decode(frame));
      if (decoder.done === true) break;
    }
    const tail = reader.end();
    for (const frame of tail.batch?.frames ?? []) chunks.push(...decoder.decode(frame));
    const end = decoder.end();
    chunks.push(...end.chunks);
    return { chunks, complete: end.complete };
  } catch (error) {
    if (!(error instanceof ProxyError)) throw error;
    const { status, code, message, retryable } = error;
    return { chunks, complete: false, error: { status, code, message, retryable } };
  }
}

/** Lines of a stream as bytes. */
export function lines(...values: readonly (string | object)[]): Uint8Array {
  return new TextEncoder().encode(values.map((value) => `${typeof value === 'string' ? value : JSON.stringify(value)}\n`).join(''));
}

/** Cuts bytes at the given places, whatever their order. */
export function slicesAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].toSorted((a, b) => a - b);
  return places.slice(1).map((end, index) => bytes.slice(places[index], end));
}
