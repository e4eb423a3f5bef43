import fc from 'fast-check';

import type { Frame, FrameReader } from '../../src/framing/frame.ts';

/** What a reader made of a whole body. */
export interface Reading {
  readonly frames: readonly Frame[];
  /** All the bytes that it gave back, in order. */
  readonly bytes: Buffer;
  readonly dangling: boolean;
}

/** Reads a body that comes in the given chunks. */
export function readAll(reader: FrameReader, chunks: Iterable<Uint8Array>): Reading {
  const frames: Frame[] = [];
  const pieces: Uint8Array[] = [];
  for (const chunk of chunks) {
    const batch = reader.push(chunk);
    if (batch === undefined) continue;
    frames.push(...batch.frames);
    pieces.push(batch.bytes);
  }
  const { batch, dangling } = reader.end();
  if (batch !== undefined) {
    frames.push(...batch.frames);
    pieces.push(batch.bytes);
  }
  return { frames, bytes: Buffer.concat(pieces), dangling };
}

/** Cuts bytes at the given places, in any order; each piece has memory of its own, as chunks from a network do. */
export function cutAt(bytes: Uint8Array, places: Iterable<number>): Uint8Array[] {
  const cuts = [0, ...[...new Set(places)].filter((place) => place > 0 && place < bytes.length).toSorted((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((end, index) => bytes.slice(cuts[index], end));
}

/** Cuts bytes into pieces of one size. */
export function cutEvery(bytes: Uint8Array, size: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.slice(at, at + size));
  return pieces;
}

/** Any set of places to cut a body of some length at. */
export function anyCuts(length: number): fc.Arbitrary<number[]> {
  return fc.array(fc.integer({ min: 0, max: length }), { maxLength: 40 });
}
