import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createByteMask } from '../../src/relay/byte-mask.ts';

const credential = 'aab-aac-aab-aad';
const masked = '*'.repeat(credential.length);
const encoder = new TextEncoder();

function pass(pieces: readonly Uint8Array[]): string {
  const mask = createByteMask(credential);
  return new TextDecoder().decode(Uint8Array.from([...pieces.flatMap((piece) => [...mask.push(piece)]), ...mask.end()]));
}

function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [0, ...places.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return sorted.slice(1).map((end, index) => bytes.slice(sorted[index], end));
}

describe('a mask of bytes', () => {
  it('hides every credential and nothing else, wherever the bytes are cut', () => {
    const part = fc.constantFrom(credential, credential.slice(0, -1), credential.slice(0, 8), 'aa', 'b-', ' ', 'é', 'aab-aac-');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), fc.array(fc.nat(200), { maxLength: 12 }), (parts, places) => {
        const text = parts.join('');
        expect(pass(cut(encoder.encode(text), places))).toBe(text.replaceAll(credential, masked));
      }),
    );
  });

  it('gives bytes that hold no credential on as they are, without a copy and without a wait', () => {
    const chunk = encoder.encode('{"message":"Unauthorized"}');
    expect(createByteMask(credential).push(chunk)).toEqual(chunk);
    expect(createByteMask(credential).push(chunk).buffer).toBe(chunk.buffer);
  });

  it('leaves the bytes that it was given as they were', () => {
    for (const chunk of [encoder.encode(`key ${credential}`), Buffer.from(`key ${credential}`)]) {
      expect(new TextDecoder().decode(createByteMask(credential).push(chunk))).toBe(`key ${masked}`);
      expect(new TextDecoder().decode(chunk)).toBe(`key ${credential}`);
    }
  });
});
