/** The pieces of a frame that is not whole yet. */
export interface PendingBytes {
  readonly length: number;
  add(bytes: Uint8Array): void;
  /** Everything, then `bytes`, as one piece; empty afterwards. */
  takeWith(bytes: Uint8Array): Uint8Array;
  clear(): void;
}

const smallest = 1024;
const largest = 64 * 1024;

/**
 * Keeps pieces and joins them once. A small piece is copied into a block that is shared with its neighbours: a frame that comes byte
 * by byte would otherwise cost hundreds of bytes of memory for each of its own, and a short rest would keep a whole network buffer alive.
 */
export function createPendingBytes(): PendingBytes {
  let pieces: Uint8Array[] = [];
  let block = new Uint8Array(0);
  let used = 0;
  let length = 0;

  function closeBlock(): void {
    if (used > 0) pieces.push(block.subarray(0, used));
    block = block.subarray(used);
    used = 0;
  }

  // The block stays: what was taken from it is a copy, and the next rest of a stream is about as long as the last.
  function clear(): void {
    pieces = [];
    used = 0;
    length = 0;
  }

  return {
    get length() {
      return length;
    },

    add(bytes) {
      length += bytes.length;
      if (bytes.length >= largest / 4) {
        closeBlock();
        pieces.push(bytes);
        return;
      }
      if (bytes.length > block.length - used) {
        closeBlock();
        block = new Uint8Array(Math.min(largest, Math.max(smallest, length * 2)));
      }
      block.set(bytes, used);
      used += bytes.length;
    },

    takeWith(bytes) {
      const whole = new Uint8Array(length + bytes.length);
      let at = 0;
      for (const piece of pieces) {
        whole.set(piece, at);
        at += piece.length;
      }
      whole.set(block.subarray(0, used), at);
      whole.set(bytes, length);
      clear();
      return whole;
    },

    clear,
  };
}
