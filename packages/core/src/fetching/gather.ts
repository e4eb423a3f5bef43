/**
 * Reads a body into one piece; `take` is told of each arrival and throws where it is too much. Arrivals are copied at once: a list of them would cost a hundred
 * times their size where a server sends single bytes.
 */
export async function gather(source: AsyncIterable<Uint8Array>, take: (bytes: number) => void): Promise<Uint8Array> {
  let whole = new Uint8Array(64 * 1024);
  let size = 0;
  for await (const piece of source) {
    take(piece.byteLength);
    const needed = size + piece.byteLength;
    if (needed > whole.byteLength) {
      const larger = new Uint8Array(Math.max(needed, whole.byteLength * 2));
      larger.set(whole.subarray(0, size));
      whole = larger;
    }
    whole.set(piece, size);
    size = needed;
  }
  return whole.slice(0, size);
}
