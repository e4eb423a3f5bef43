import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { findInvalidUtf8 } from '../../src/json/invalid-utf8.ts';
import { locateJsonError } from '../../src/json/locate-json-error.ts';
import { describePosition } from '../../src/json/text-position.ts';

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A valid document with one stretch of it replaced by something else. */
const mutated = fc
  .tuple(
    fc.json({ maxDepth: 4 }),
    fc.nat(),
    fc.nat({ max: 3 }),
    fc.string({ unit: fc.constantFrom(...'[]{}",:\\u0e+-.1a\n\t \u0001tnfé'.split('')), maxLength: 3 }),
  )
  .map(([text, place, length, inserted]) => {
    const at = place % (text.length + 1);
    return text.slice(0, at) + inserted + text.slice(at + length);
  });

describe('locateJsonError', () => {
  it('finds nothing where the parser finds nothing, and something where it does', () => {
    fc.assert(
      fc.property(mutated, (text) => {
        expect(locateJsonError(text) === undefined).toBe(parses(text));
      }),
      { numRuns: 20_000 },
    );
  });

  it('agrees with the parser on soups of JSON characters', () => {
    const soup = fc.array(
      fc.constantFrom('[', ']', '{', '}', '"', ',', ':', '1', '0', '-', '.', 'e', 'true', 'null', '"a"', '\\', ' ', '\n'),
      { maxLength: 9 },
    );
    fc.assert(
      fc.property(soup, (parts) => {
        const text = parts.join('');
        expect(locateJsonError(text) === undefined).toBe(parses(text));
      }),
      { numRuns: 20_000 },
    );
  });

  it('points at the first place from which no text can be JSON', () => {
    // Everything before the fault must be the beginning of some document: the same fault, or the end, is found in the text cut there.
    fc.assert(
      fc.property(mutated, (text) => {
        const fault = locateJsonError(text);
        if (fault === undefined) return;
        const cut = locateJsonError(text.slice(0, fault.position));
        expect(cut === undefined || cut.position === fault.position).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });

  it('finds a fault behind ten megabytes of text and behind 300,000 open brackets', () => {
    expect(locateJsonError(`["${'x'.repeat(10 << 20)}" x]`)?.position).toBe((10 << 20) + 4);
    expect(locateJsonError(`${'['.repeat(300_000)}x`)?.position).toBe(300_000);
  });
});

describe('findInvalidUtf8', () => {
  it('agrees with a strict decoder, and everything before the fault is valid', () => {
    const strict = new TextDecoder('utf-8', { fatal: true });
    const decodes = (bytes: Uint8Array): boolean => {
      try {
        strict.decode(bytes);
        return true;
      } catch {
        return false;
      }
    };
    const byte = fc.constantFrom(
      0x41,
      0x7f,
      0x80,
      0x8f,
      0x90,
      0x9f,
      0xa0,
      0xbf,
      0xc0,
      0xc1,
      0xc2,
      0xdf,
      0xe0,
      0xed,
      0xef,
      0xf0,
      0xf4,
      0xf5,
      0xff,
    );
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 8 }), (list) => {
        const bytes = Uint8Array.from(list);
        const fault = findInvalidUtf8(bytes);
        expect(fault === undefined).toBe(decodes(bytes));
        expect(decodes(bytes.subarray(0, fault))).toBe(true);
      }),
      { numRuns: 20_000 },
    );
  });
});

describe('describePosition', () => {
  it.each([
    ['abc', 0, 'position 0 (line 1, column 1)'],
    ['abc', 3, 'position 3 (line 1, column 4)'],
    ['a\nbc', 1, 'position 1 (line 1, column 2)'],
    ['a\nbc', 2, 'position 2 (line 2, column 1)'],
    ['a\r\n\r\nbc', 5, 'position 5 (line 3, column 1)'],
  ])('in %j, %i is %s', (text, position, words) => {
    expect(describePosition(text, position)).toBe(words);
  });
});
