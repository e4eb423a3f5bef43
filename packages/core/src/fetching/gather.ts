import { createGathering } from '../body/gathering.ts';

/** Reads a body into one piece; `take` is told of each arrival and throws where it is too much. */
export async function gather(source: AsyncIterable<Uint8Array>, take: (bytes: number) => void): Promise<Uint8Array> {
  const gathering = createGathering();
  for await (const piece of source) {
    take(piece.byteLength);
    gathering.add(piece);
  }
  return gathering.whole();
}
