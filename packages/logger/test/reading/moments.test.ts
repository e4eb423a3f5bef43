import { describe, expect, it } from 'vitest';
import { toDollars } from '../../src/reading/index.ts';
import { readMoment } from '../../src/reading/moments.ts';

const now = Date.UTC(2026, 10, 21, 6);

describe('readMoment', () => {
  it.each([
    ['2026-11-01', Date.UTC(2026, 10, 1)],
    ['2026-11-01T12:30', Date.UTC(2026, 10, 1, 12, 30)],
    ['2026-11-01T12:30:00Z', Date.UTC(2026, 10, 1, 12, 30)],
    ['2026-11-01T12:30:00+02:00', Date.UTC(2026, 10, 1, 10, 30)],
    ['2026-11-01T12:30:00 02:00', Date.UTC(2026, 10, 1, 10, 30)],
    ['1763683200000', 1763683200000],
    ['90m', now - 90 * 60_000],
    ['30d', now - 30 * 86_400_000],
    ['2w', now - 14 * 86_400_000],
  ])('reads %s', (text, expected) => {
    expect(readMoment('from', text, now)).toBe(expected);
  });

  it.each(['', 'today', '2026-13-01', '2026-11-01T99:00', '1763683200', '-1d', '5y', '1e12', 'x'.repeat(1000)])('refuses %s', (text) => {
    expect(() => readMoment('from', text, now)).toThrow('is no moment');
  });
});

it.each([
  [0, '0'],
  [1, '0.000001'],
  [2060, '0.00206'],
  [1_000_000, '1'],
  [12_345_600_000, '12345.6'],
])('%i millionths are %s dollars', (micros, dollars) => {
  expect(toDollars(micros)).toBe(dollars);
});
