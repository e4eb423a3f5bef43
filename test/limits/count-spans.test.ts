import { describe, expect, it } from 'vitest';
import { mostAtOnce, mostInSpan } from './count-spans.ts';

describe('what the calls of a storm have seen', () => {
  it.each([
    ['none', [], 0],
    [
      'one after the other',
      [
        [0, 5],
        [5, 9],
        [9, 12],
      ],
      1,
    ],
    [
      'two beside a long one',
      [
        [0, 100],
        [10, 20],
        [15, 30],
        [40, 50],
      ],
      3,
    ],
    [
      'one that took no time',
      [
        [5, 5],
        [5, 6],
      ],
      1,
    ],
  ] as const)('is so many at once: %s', (_name, spans, most) => {
    expect(mostAtOnce(spans)).toBe(most);
  });

  it.each([
    ['none', [], 0],
    [
      'all at once',
      [
        [0, 1],
        [0, 1],
        [0, 1],
      ],
      3,
    ],
    [
      'the length apart',
      [
        [0, 1],
        [11, 12],
      ],
      1,
    ],
    [
      'just within',
      [
        [0, 1],
        [8, 10],
      ],
      2,
    ],
    [
      'one that may have been later',
      [
        [0, 1],
        [8, 11],
      ],
      1,
    ],
    [
      'the densest place in the middle',
      [
        [0, 1],
        [20, 21],
        [25, 26],
        [29, 30],
        [41, 42],
      ],
      3,
    ],
  ] as const)('is so many within ten: %s', (_name, spans, most) => {
    expect(mostInSpan(spans, 10)).toBe(most);
  });
});
