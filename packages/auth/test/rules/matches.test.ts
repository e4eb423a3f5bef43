import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matches, matchesAny, namesModel } from '../../src/rules/matches.ts';

describe('a pattern', () => {
  it.each([
    ['*', '', true],
    ['*', 'anything', true],
    ['a*', 'a', true],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['ab*bc', 'abc', false],
    ['ab*bc', 'abbc', true],
    ['*b*', 'abc', true],
    ['*ab*ab*', 'ab', false],
    ['*ab*ab*', 'aabab', true],
    ['a**b', 'a-b', true],
    ['mistral/*', 'mistral/a\nb', true],
    ['mistral/*', 'Mistral/a', false],
    ['a.c', 'abc', false],
    ['a.*', 'abc', false],
    ['[a]*', 'a', false],
    ['*latest', 'mistral-small-latest', true],
    ['*latest', 'mistral-small-latest\n', false],
  ])('"%s" and "%s": %s', (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected);
  });

  it('says what an expression of it would say', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.', '\n'), maxLength: 8 });
    const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), maxLength: 6 });
    fc.assert(
      fc.property(patterns, letters, (pattern, text) => {
        const escaped = pattern.replaceAll('.', String.raw`\.`).replaceAll('*', '.*');
        expect(matches(pattern, text)).toBe(new RegExp(`^${escaped}$`, 's').test(text));
      }),
      { numRuns: 3000 },
    );
  });

  it('with many stars is answered at once, where an expression would never end', () => {
    const hostile = `${'*a'.repeat(127)}*b`;
    const text = 'a'.repeat(100_000);
    expect(matches(hostile, text)).toBe(false);
    expect(matches(hostile, `${text}b`)).toBe(true);
    expect(matchesAny([hostile, hostile], text)).toBe(false);
    expect(namesModel([hostile], text, `provider/${text}`)).toBe(false);
  });
});
