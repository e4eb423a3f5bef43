import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { nearestNames } from '../../src/path/nearest-names.ts';

const models = [
  'mistral-small-latest',
  'mistral-large-latest',
  'codestral-latest',
  'ministral-8b',
  'llama3.2:3b',
  'mistral/mistral-embed',
  'qwen2.5-coder',
];

describe('nearestNames', () => {
  it.each([
    ['mistral-large', ['mistral-large-latest']],
    ['mistral-lagre-latest', ['mistral-large-latest']],
    ['Mistral-Small-Latest', ['mistral-small-latest']],
    ['codestral-ltaest', ['codestral-latest']],
    ['codestra', ['codestral-latest']],
    ['mistral-embedd', ['mistral/mistral-embed']],
    ['mistral-embed', ['mistral/mistral-embed']],
    ['openai/mistral-small-latest', ['mistral-small-latest']],
    ['llama3.2', ['llama3.2:3b']],
    ['llama3.2:3b-instruct', ['llama3.2:3b']],
    ['gpt-4o', []],
    ['', []],
    ['  ', []],
    ['x', []],
  ])('%j is near %j', (name, names) => {
    expect(nearestNames(name, models)).toEqual(names);
  });

  it('gives at most three, or as many as asked for, and each once', () => {
    const many = ['model-1', 'model-2', 'model-3', 'model-4', 'model-1'];
    expect(nearestNames('model-0', many)).toEqual(['model-1', 'model-2', 'model-3']);
    expect(nearestNames('model-0', many, 9)).toEqual(['model-1', 'model-2', 'model-3', 'model-4']);
    expect(nearestNames('model-0', many, 1)).toEqual(['model-1']);
  });

  it('counts a swap of neighbours, a missing and a superfluous letter as one slip', () => {
    for (const slip of ['abdcefgh', 'abcefgh', 'abcddefgh', 'abcxefgh']) expect(nearestNames(slip, ['abcdefgh'])).toEqual(['abcdefgh']);
  });

  it('puts the name itself first, whatever its case', () => {
    expect(nearestNames('ABC', ['abd', 'abcd', 'abc'])[0]).toBe('abc');
  });

  it('answers names of any length and lists of any size', () => {
    expect(nearestNames('x'.repeat(10 << 20), models)).toEqual([]);
    expect(nearestNames('x'.repeat(128), ['y'.repeat(10 << 20), `${'x'.repeat(127)}y`])).toEqual([`${'x'.repeat(127)}y`]);
    const endless = function* (): Generator<string> {
      for (let n = 0; ; n++) yield `mistral-${n}`;
    };
    expect(nearestNames('mistral-x', endless())).toHaveLength(3);
  });

  it('finds any name from one slip in it', () => {
    const name = fc.string({ unit: fc.constantFrom(...'abcdef-/.:'.split('')), minLength: 4, maxLength: 20 });
    fc.assert(
      fc.property(name, fc.nat(), fc.constantFrom('insert', 'remove', 'replace', 'swap'), (wanted, place, slip) => {
        const at = place % (wanted.length - 1);
        const [head, one, two, tail] = [wanted.slice(0, at), wanted.slice(at, at + 1), wanted.slice(at + 1, at + 2), wanted.slice(at + 2)];
        const written = {
          insert: `${head}x${one}${two}${tail}`,
          remove: `${head}${two}${tail}`,
          replace: `${head}x${two}${tail}`,
          swap: `${head}${two}${one}${tail}`,
        }[slip];
        expect(nearestNames(written, [wanted])).toEqual([wanted]);
      }),
      { numRuns: 3000 },
    );
  });
});
