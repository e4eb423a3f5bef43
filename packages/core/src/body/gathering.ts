import { createPendingBytes } from '../framing/pending-bytes.ts';
import type { PendingBytes } from '../framing/pending-bytes.ts';

/** A body that is becoming one piece. */
export interface Gathering {
  readonly size: number;
  add(piece: Uint8Array): void;
  /** Everything that has come. */
  whole(): Uint8Array;
}

const nothing = new Uint8Array();

/**
 * Puts a body together. A body of one piece is that piece; small ones are copied into blocks as they come, because a list of single bytes would cost a
 * hundred times their size.
 */
export function createGathering(): Gathering {
  let only: Uint8Array | undefined;
  let pieces: PendingBytes | undefined;
  return {
    get size() {
      return pieces?.length ?? only?.length ?? 0;
    },
    add(piece) {
      if (piece.length === 0) return;
      if (!pieces && !only) {
        only = piece;
        return;
      }
      if (!pieces) {
        pieces = createPendingBytes();
        if (only) pieces.add(only);
        only = undefined;
      }
      pieces.add(piece);
    },
    whole: () => only ?? pieces?.takeWith(nothing) ?? nothing,
  };
}
