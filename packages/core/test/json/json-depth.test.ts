import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { findTooDeep } from '../../src/json/json-depth.ts';

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

describe('findTooDeep', () => {
  it.each([
    ['1', 0, undefined],
    ['[]', 0, 0],
    ['[]', 1, undefined],
    ['[[]]', 1, 1],
    ['[[],[],{}]', 2, undefined],
    ['{"a":{"b":[1]}}', 2, 10],
    ['["[[[[[["]', 1, undefined],
    ['["\\"[[[[", []]', 1, 11],
    ['["\\\\", []]', 1, 7],
    ['["\\\\\\"[", []]', 1, 10],
    ['"unclosed [[[[', 1, undefined],
    ['', 1, undefined],
  ])('%j with at most %i levels: %s', (text, maxDepth, position) => {
    expect(findTooDeep(text, maxDepth)).toBe(position);
  });

  it('agrees with the depth of the value', () => {
    const text = fc
      .jsonValue({ maxDepth: 6, stringUnit: fc.constantFrom('[', ']', '{', '"', '\\', 'a') })
      .map((value) => JSON.stringify(value));
    fc.assert(
      fc.property(text, fc.integer({ min: 0, max: 6 }), (json, maxDepth) => {
        expect(findTooDeep(json, maxDepth) === undefined).toBe(depthOf(JSON.parse(json)) <= maxDepth);
      }),
      { numRuns: 5000 },
    );
  });

  it('passes ten megabytes of escaped quotes and of backslashes once', () => {
    expect(findTooDeep(`["${'\\"'.repeat(5 << 20)}", [[`, 2)).toBe((10 << 20) + 6);
    expect(findTooDeep(`["${'\\\\'.repeat(5 << 20)}", [[`, 2)).toBe((10 << 20) + 6);
  });
});
