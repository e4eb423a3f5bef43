import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGathering } from '../../src/body/gathering.ts';

describe('createGathering', () => {
  it('gives what came, however it was cut', () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 40_000 }), { maxLength: 30 });
    fc.assert(
      fc.property(pieces, (given) => {
        const gathering = createGathering();
        for (const piece of given) gathering.add(piece);
        expect(gathering.size).toBe(given.reduce((sum, piece) => sum + piece.length, 0));
        expect(Buffer.from(gathering.whole()).equals(Buffer.concat(given))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('gives a single piece as it is', () => {
    const gathering = createGathering();
    const piece = Uint8Array.of(1, 2, 3);
    gathering.add(new Uint8Array());
    gathering.add(piece);
    expect(gathering.whole()).toBe(piece);
  });

  it('keeps no single byte as a piece of its own', () => {
    const gathering = createGathering();
    const piece = new Uint8Array(1);
    for (let at = 0; at < 1000; at += 1) {
      piece[0] = at & 0xff;
      gathering.add(at === 0 ? piece.slice() : piece);
    }
    // Had the pieces been kept, all of them would be the last one.
    expect(gathering.whole()).toEqual(Uint8Array.from({ length: 1000 }, (_, at) => at & 0xff));
  });
});
