import { toReadableStream } from '../body/to-readable-stream.ts';
import type { Encoding } from './encodings.ts';

/** Undoes a content coding with what the platform has. */
export async function* inflate(source: AsyncIterable<Uint8Array>, encoding: Encoding): AsyncGenerator<Uint8Array, void, undefined> {
  // The platform's list of formats is longer than the type library's on some, shorter on others: it throws for what it has not.
  const format = (encoding === 'br' ? 'brotli' : encoding) as CompressionFormat;
  yield* toReadableStream(source).pipeThrough(new DecompressionStream(format));
}
