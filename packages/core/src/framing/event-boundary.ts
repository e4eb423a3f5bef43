import type { Boundary } from './frame-splitter.ts';

const LF = 0x0a;
const CR = 0x0d;

/**
 * Where events of an event stream end: at a blank line, with LF, CR or CRLF as line ends in any mix.
 *
 * Two neighbouring line-end bytes make a blank line unless they are CR LF, which is one line end; so one byte of history is enough,
 * and an event that ends in CR is whole before anybody knows whether an LF will follow.
 */
export const eventBoundary: Boundary = {
  last(chunk, before, afterBoundary) {
    for (let at = chunk.length - 1; at >= 0; at--) {
      const byte = chunk[at];
      if ((byte === LF || byte === CR) && isBlankLine(at > 0 ? chunk[at - 1] : before, byte)) {
        return byte === CR && chunk[at + 1] === LF ? at + 2 : at + 1;
      }
    }
    return afterBoundary && endsCrLf(before, chunk[0]) ? 1 : 0;
  },

  next(chunk, from, before, afterBoundary) {
    if (afterBoundary && endsCrLf(from > 0 ? chunk[from - 1] : before, chunk[from])) return from + 1;
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at];
      if ((byte === LF || byte === CR) && isBlankLine(at > 0 ? chunk[at - 1] : before, byte)) return at + 1;
    }
    return 0;
  },
};

function isBlankLine(previous: number | undefined, byte: number): boolean {
  return previous === LF || (previous === CR && byte === CR);
}

/** The second half of a CRLF whose CR has already ended an event: bytes of their own, since that event may be long gone. */
function endsCrLf(previous: number | undefined, byte: number | undefined): boolean {
  return previous === CR && byte === LF;
}
