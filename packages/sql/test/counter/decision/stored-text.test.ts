import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toStoredText } from '../../../src/counter/decision/stored-text.ts';

describe('a name as it is stored', () => {
  it.each([
    ['key:abc:budget', 'key:abc:budget'],
    ['ключ 🔑', 'ключ 🔑'],
    ['100%', '100%0025'],
    ['a\0b', 'a%0000b'],
    ['\ud800', '%d800'],
    ['', ''],
  ])('of %j is %j', (name, stored) => {
    expect(toStoredText(name)).toBe(stored);
  });

  const names = fc.oneof(
    fc
      .array(fc.constantFrom('%', '\0', '\ud800', '\udc00', 'a', '0', '#', '🔑', '%0000', '%#'), { maxLength: 8 })
      .map((parts) => parts.join('')),
    fc.string({ unit: 'binary', minLength: 290, maxLength: 310 }),
    fc.string({ unit: 'binary', maxLength: 600 }),
  );

  it('is short, has no NUL and no half of a character', () => {
    fc.assert(
      fc.property(names, (name) => {
        const stored = toStoredText(name);
        expect([stored.length <= 300, stored.isWellFormed(), stored.includes('\0')]).toEqual([true, true, false]);
      }),
    );
  });

  it('is another for every other name', () => {
    fc.assert(
      fc.property(names, names, (one, other) => {
        expect(toStoredText(one) === toStoredText(other)).toBe(one === other);
      }),
      { numRuns: 2000 },
    );
  });

  it('tells long names apart that begin alike', () => {
    const long = 'x'.repeat(1000);
    expect(toStoredText(`${long}1`)).not.toBe(toStoredText(`${long}2`));
    expect(toStoredText(`${long}1`).length).toBeLessThanOrEqual(300);
  });
});
