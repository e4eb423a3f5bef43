import { toFlow } from '../flow/to-flow.ts';
import { createGathering } from './gathering.ts';

/** Reads a body into one piece, or gives nothing when it is larger than the bound; the rest is then not read. */
export function collect(source: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const gathering = createGathering();
    const control = toFlow(source).into({
      take(piece) {
        if (gathering.size + piece.byteLength > limit) {
          control.stop();
          resolve(undefined);
          return false;
        }
        gathering.add(piece);
        return true;
      },
      end: () => resolve(gathering.whole()),
      fail: reject,
    });
    control.resume();
  });
}
