import type { Boundary } from './frame-splitter.ts';

const LF = 0x0a;

/** Where lines of NDJSON end: at the byte 0A only. U+2028, U+0085 and a lone CR are part of a line. */
export const lineBoundary: Boundary = {
  last: (chunk) => chunk.lastIndexOf(LF) + 1,
  next: (chunk, from) => chunk.indexOf(LF, from) + 1,
};
