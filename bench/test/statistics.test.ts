import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { median, ratios, spread } from '../src/statistics.ts';

const values = fc.array(fc.double({ min: 0.001, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 30 });

describe('median', () => {
  it.each([
    [[7], 7],
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[10, 9, 100], 10],
    [[1, 1, 1, 1000], 1],
  ])('of %j is %d', (list, expected) => {
    expect(median(list)).toBe(expected);
  });

  it('has as many values below as above', () => {
    fc.assert(
      fc.property(values, (list) => {
        const middle = median(list);
        expect(list.filter((value) => value < middle).length).toBeLessThanOrEqual(list.length / 2);
        expect(list.filter((value) => value > middle).length).toBeLessThanOrEqual(list.length / 2);
      }),
    );
  });

  it('leaves the values in their order', () => {
    const list = [3, 1, 2];
    median(list);
    expect(list).toEqual([3, 1, 2]);
  });

  it('of nothing is refused', () => {
    expect(() => median([])).toThrow(RangeError);
  });
});

describe('spread', () => {
  it('goes from the lowest round to the highest', () => {
    expect(spread([1.2, 1.1, 1.9])).toEqual({ median: 1.2, lowest: 1.1, highest: 1.9 });
  });
});

describe('ratios', () => {
  it('are made round by round', () => {
    expect(ratios([2, 9, 4], [1, 3, 8])).toEqual([2, 3, 0.5]);
  });

  it('are not touched by what slows both sides of a round down', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 64 }), (list, slowness) => {
        const slowed = list.map((value, round) => (round % 2 === 0 ? value : value * slowness));
        for (const ratio of ratios(
          slowed.map((value) => value * 2),
          slowed,
        ))
          expect(ratio).toBeCloseTo(2);
      }),
    );
  });

  it('need both sides of every round', () => {
    expect(() => ratios([1, 2], [1])).toThrow(RangeError);
  });
});
