import { createFrameReader } from '@ai-proxy/core';
import type { Framing } from '@ai-proxy/core';

/** A recording as bytes. */
export function bytesOf(recording: string | Uint8Array): Uint8Array {
  return typeof recording === 'string' ? new TextEncoder().encode(recording) : recording;
}

/** The ways in which a network may cut a body: whole, a frame at a time, byte by byte, and at random; the randomness is the same in every run. */
export function slicings(bytes: Uint8Array, framing: Framing): readonly (readonly [way: string, slices: readonly Uint8Array[]])[] {
  const random = randomNumbers(bytes.length);
  return [
    ['whole', [bytes]],
    ['frame by frame', sliceAt(bytes, frameEnds(bytes, framing))],
    ['byte by byte', Array.from(bytes, (byte) => new Uint8Array([byte]))],
    ...Array.from({ length: 24 }, (_, at): readonly [string, readonly Uint8Array[]] => {
      const cuts = Array.from({ length: 1 + (at % 12) }, () => Math.floor(random() * (bytes.length + 1)));
      return [`cut at ${cuts.join(', ')}`, sliceAt(bytes, cuts)];
    }),
  ];
}

/** A body that ends too early is tried at each of these lengths: at every one up to 16 KiB, at as many of a longer one. */
export function cutsOf(bytes: Uint8Array): number[] {
  const step = Math.ceil((bytes.length + 1) / 16_384);
  return Array.from({ length: Math.ceil(bytes.length / step) }, (_, at) => at * step);
}

/** Where the frames of a body end, the last one at its end. */
export function frameEnds(bytes: Uint8Array, framing: Framing): number[] {
  const reader = createFrameReader(framing, { maxFrameBytes: bytes.length + 1 });
  const ends: number[] = [];
  for (const [at, byte] of bytes.entries()) if (reader.push(new Uint8Array([byte])) !== undefined) ends.push(at + 1);
  if (ends.at(-1) !== bytes.length) ends.push(bytes.length);
  return ends;
}

function sliceAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [...new Set([0, ...cuts, bytes.length])].toSorted((a, b) => a - b);
  return places.slice(1).map((end, at) => bytes.slice(places[at], end));
}

/** Numbers from 0 to 1, by the generator mulberry32. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
