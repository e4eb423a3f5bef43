import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checksum } from '../../src/key/checksum.ts';
import { createKey, hashKey, isForeignKey, isSameHash, isWellFormed, maskKey } from '../../src/key/key-text.ts';

describe('a virtual key', () => {
  it('is well formed, and never the same twice', () => {
    const made = Array.from({ length: 200 }, createKey);
    expect(made.every(isWellFormed)).toBe(true);
    expect(new Set(made).size).toBe(200);
    expect(made[0]).toMatch(/^sk-[\w-]{48}$/);
  });

  it('is none any more where one character differs, is missing or is added', () => {
    fc.assert(
      fc.property(fc.nat(47), fc.constantFrom('A', 'B', 'C', 'x', 'y', 'z', '0', '1', '9', '-', '_'), (at, other) => {
        const key = createKey();
        const place = 3 + at;
        const changed = key.slice(0, place) + other + key.slice(place + 1);
        expect(isWellFormed(changed)).toBe(changed === key);
        expect(isWellFormed(key.slice(0, place) + key.slice(place + 1))).toBe(false);
        expect(isWellFormed(key.slice(0, place) + other + key.slice(place))).toBe(false);
      }),
    );
  });

  it.each([
    '',
    'sk-',
    'sk-1234',
    ` ${createKey()}`,
    `${createKey()}\n`,
    createKey().toUpperCase(),
    createKey().slice(3),
    `sk-${'A'.repeat(48)}x`,
  ])('is not %j', (text) => {
    expect(isWellFormed(text)).toBe(false);
  });

  it('is hashed as a whole by SHA-256', async () => {
    expect(await hashKey('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    const key = createKey();
    expect(await hashKey(key)).not.toBe(await hashKey(key.slice(0, -1)));
  });

  it('is shown by its last four characters only', () => {
    expect(maskKey('sk-abcdefghijkl')).toBe('sk-...ijkl');
  });

  it('has the checksum that everybody computes', () => {
    expect([...checksum(new TextEncoder().encode('123456789'))]).toEqual([0xcb, 0xf4, 0x39, 0x26]);
  });

  it('may come from elsewhere where it is long and plain', () => {
    expect(['sk-litellm-0123456789abcdef', 'sk-short', "sk-' or 1=1 -- 0123456789", `sk-${'a'.repeat(300)}`].map(isForeignKey)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it('has the same hash as itself and as nothing else', () => {
    expect([isSameHash('ab', 'ab'), isSameHash('ab', 'ac'), isSameHash('ab', 'abc'), isSameHash('', 'a')]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});
