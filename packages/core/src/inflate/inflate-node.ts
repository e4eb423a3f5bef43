import { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import type { Encoding } from './encodings.ts';

const inflaters = { gzip: createGunzip, deflate: createInflate, br: createBrotliDecompress, zstd: createZstdDecompress };

/** Undoes a content coding, piece by piece: whoever reads decides how much of it there may be. Throws where the coding is broken or cut. */
export async function* inflate(source: AsyncIterable<Uint8Array>, encoding: Encoding): AsyncGenerator<Uint8Array, void, undefined> {
  const input = Readable.from(source, { objectMode: false });
  const inflater = inflaters[encoding]();
  // The reader of the output has to learn of an input that broke.
  input.on('error', (error) => inflater.destroy(error));
  try {
    yield* input.pipe(inflater);
  } finally {
    input.destroy();
    inflater.destroy();
  }
}
