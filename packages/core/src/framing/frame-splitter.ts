import { ProxyError } from '../errors/proxy-error.ts';
import { createPendingBytes } from './pending-bytes.ts';

/** Finds where frames end, in bytes. A position is the index after a frame's last byte; 0 says that there is none. */
export interface Boundary {
  /**
   * The last position in the chunk. `before` is the byte that came before the chunk; `afterBoundary` says that it was the last of a frame.
   */
  last(chunk: Uint8Array, before: number, afterBoundary: boolean): number;
  /** The first position after `from`. `afterBoundary` says that a frame ended right before `from`. */
  next(chunk: Uint8Array, from: number, before: number, afterBoundary: boolean): number;
}

/** Divides a body into what is whole and a rest that waits. */
export interface FrameSplitter {
  /** Takes the next chunk; gives everything up to the last boundary, as one piece, or nothing. */
  push(chunk: Uint8Array): Uint8Array | undefined;
  /** Gives the rest up and forgets it. */
  rest(): Uint8Array;
}

// A body starts as if a line had just ended, so that a blank line at its very start is a frame of its own.
const LF = 0x0a;

/**
 * Looks at each new byte once and never again at old ones, so that a frame costs the same in one chunk and in a million.
 * A chunk that ends where a frame ends is given back as it is, without a copy.
 */
export function createFrameSplitter(boundary: Boundary, maxFrameBytes: number): FrameSplitter {
  const pending = createPendingBytes();
  let before = LF;

  function push(chunk: Uint8Array): Uint8Array | undefined {
    if (chunk.length === 0) return undefined;
    const end = boundary.last(chunk, before, pending.length === 0);
    if (pending.length + chunk.length > maxFrameBytes) refuseLongFrames(chunk, end);
    before = chunk[chunk.length - 1] ?? before;
    if (end === 0) {
      pending.add(chunk);
      return undefined;
    }
    const head = end === chunk.length ? chunk : chunk.subarray(0, end);
    const whole = pending.length === 0 ? head : pending.takeWith(head);
    if (end < chunk.length) pending.add(chunk.subarray(end));
    return whole;
  }

  /** Many small frames in one chunk may be longer together than one of them is allowed to be, so each is measured. */
  function refuseLongFrames(chunk: Uint8Array, end: number): void {
    let start = -pending.length;
    for (;;) {
      const whole = start < end ? boundary.next(chunk, Math.max(0, start), before, start >= 0) : 0;
      if ((whole === 0 ? chunk.length : whole) - start > maxFrameBytes) break;
      if (whole === 0) return;
      start = whole;
    }
    pending.clear();
    throw new ProxyError(
      `The provider sent a frame longer than ${maxFrameBytes} bytes, the most that is kept of one event or line. The stream was cut there.`,
      { status: 502, code: 'upstream_too_large', source: 'provider' },
    );
  }

  return { push, rest: () => pending.takeWith(new Uint8Array(0)) };
}
