import { toFlow } from '../flow/to-flow.ts';

/** Reads a body into one piece, or gives nothing when it is larger than the bound; the rest is then not read. */
export function collect(source: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const pieces: Uint8Array[] = [];
    let size = 0;
    const control = toFlow(source).into({
      take(piece) {
        size += piece.byteLength;
        if (size > limit) {
          control.stop();
          resolve(undefined);
          return false;
        }
        pieces.push(piece);
        return true;
      },
      end: () => resolve(join(pieces, size)),
      fail: reject,
    });
    control.resume();
  });
}

function join(pieces: readonly Uint8Array[], size: number): Uint8Array {
  const [first] = pieces;
  if (pieces.length === 1 && first) return first;
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.byteLength;
  }
  return whole;
}
