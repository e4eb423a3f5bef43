import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { durationFrom, readDuration, spanOf } from '../../src/span/budget-span.ts';

const at = (text: string): number => Date.parse(text);
const span = (every: string | undefined, zone: string, anchor: string, now: string): (string | undefined)[] => {
  const { start, end } = spanOf(every, zone, at(anchor), at(now));
  return [new Date(start).toISOString(), end === undefined ? undefined : new Date(end).toISOString()];
};

describe('the span of a budget', () => {
  it.each([
    ['1h', 'UTC', '2026-05-04T12:34:56.789Z', '2026-05-04T12:00:00.000Z', '2026-05-04T13:00:00.000Z'],
    ['30s', 'UTC', '2026-05-04T12:34:56.789Z', '2026-05-04T12:34:30.000Z', '2026-05-04T12:35:00.000Z'],
    ['1d', 'UTC', '2026-05-04T12:34:56Z', '2026-05-04T00:00:00.000Z', '2026-05-05T00:00:00.000Z'],
    ['1d', 'Europe/Paris', '2026-05-04T22:30:00Z', '2026-05-04T22:00:00.000Z', '2026-05-05T22:00:00.000Z'],
    ['1d', 'Europe/Paris', '2026-03-29T12:00:00Z', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
    ['1d', 'Europe/Paris', '2026-10-25T12:00:00Z', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'],
    ['1d', 'Asia/Kolkata', '2026-05-04T12:00:00Z', '2026-05-03T18:30:00.000Z', '2026-05-04T18:30:00.000Z'],
    ['1d', 'Pacific/Kiritimati', '2026-05-04T12:00:00Z', '2026-05-04T10:00:00.000Z', '2026-05-05T10:00:00.000Z'],
    ['1d', 'America/Santiago', '2026-09-06T12:00:00Z', '2026-09-06T04:00:00.000Z', '2026-09-07T03:00:00.000Z'],
    ['1w', 'UTC', '2026-05-10T23:59:59Z', '2026-05-04T00:00:00.000Z', '2026-05-11T00:00:00.000Z'],
    ['1mo', 'America/New_York', '2026-12-31T23:00:00Z', '2026-12-01T05:00:00.000Z', '2027-01-01T05:00:00.000Z'],
    ['1mo', 'UTC', '2028-02-29T00:00:00Z', '2028-02-01T00:00:00.000Z', '2028-03-01T00:00:00.000Z'],
  ])('%s in %s at %s is from %s to %s, whenever the key was made', (every, zone, now, start, end) => {
    expect(span(every, zone, '2020-02-02T02:02:02Z', now)).toEqual([start, end]);
    expect(span(every, zone, '2026-05-04T00:00:00Z', now)).toEqual([start, end]);
  });

  it('of several days is counted from the day on which the key was made', () => {
    expect(span('30d', 'UTC', '2026-04-10T15:00:00Z', '2026-05-09T23:59:59Z')).toEqual([
      '2026-04-10T00:00:00.000Z',
      '2026-05-10T00:00:00.000Z',
    ]);
    expect(span('30d', 'UTC', '2026-04-10T15:00:00Z', '2026-05-10T00:00:00Z')).toEqual([
      '2026-05-10T00:00:00.000Z',
      '2026-06-09T00:00:00.000Z',
    ]);
    expect(span('3mo', 'UTC', '2026-02-10T15:00:00Z', '2026-05-10T00:00:00Z')).toEqual([
      '2026-05-01T00:00:00.000Z',
      '2026-08-01T00:00:00.000Z',
    ]);
  });

  it('has no end where nothing is said', () => {
    expect(span(undefined, 'UTC', '2026-04-10T15:00:00Z', '2026-05-09T00:00:00Z')).toEqual(['1970-01-01T00:00:00.000Z', undefined]);
  });

  it('holds the moment, and the next begins where it ends, in every zone', () => {
    const zones = fc.constantFrom(
      'UTC',
      'Europe/Paris',
      'America/New_York',
      'Asia/Kolkata',
      'Australia/Lord_Howe',
      'America/Sao_Paulo',
      'Africa/Cairo',
    );
    const durations = fc.constantFrom('1s', '7m', '1h', '5h', '1d', '2d', '30d', '1w', '2w', '1mo', '5mo');
    const moments = fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2040, 0) });
    fc.assert(
      fc.property(durations, zones, moments, moments, (every, zone, anchor, now) => {
        const { start, end = NaN } = spanOf(every, zone, anchor, now);
        expect(start).toBeLessThanOrEqual(now);
        expect(end).toBeGreaterThan(now);
        expect(spanOf(every, zone, anchor, end).start).toBe(end);
        expect(spanOf(every, zone, anchor, start)).toEqual({ start, end });
      }),
      { numRuns: 500 },
    );
  });

  it.each(['', 'd', '0d', '-1d', '1.5h', '1y', '1 d', '999999d', '1d; drop table'])('is not written %j', (text) => {
    expect(readDuration(text)).toBeUndefined();
  });

  it('of a key’s life is counted from now', () => {
    const now = at('2026-01-31T10:00:00Z');
    expect([durationFrom('30d', now), durationFrom('1mo', now), durationFrom('90s', now), durationFrom('soon', now)]).toEqual([
      now + 30 * 86_400_000,
      at('2026-02-28T10:00:00Z'),
      now + 90_000,
      undefined,
    ]);
  });
});
