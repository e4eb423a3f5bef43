import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCallId } from '../../src/call/call-id.ts';

const uuid7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('createCallId', () => {
  it('makes UUIDs of version 7 and never the same twice', () => {
    const ids = Array.from({ length: 100_000 }, () => createCallId());
    expect(ids.filter((id) => !uuid7.test(id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.toSorted()).toEqual(ids);
  });

  it('holds the time of its making', () => {
    const now = Date.now() + 60_000;
    const id = createCallId(now);
    expect(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(now);
  });

  it('sorts by creation whatever the clock does', () => {
    let base = Date.now() + 120_000;
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5_000, max: 5_000 }), { minLength: 2, maxLength: 60 }), (steps) => {
        const ids = steps.map((step) => createCallId((base += step)));
        expect(ids.toSorted()).toEqual(ids);
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids.every((id) => uuid7.test(id))).toBe(true);
      }),
    );
  });

  it('keeps the order when more are made in one millisecond than its counter holds', () => {
    const now = Date.now() + 10_000_000;
    const ids = Array.from({ length: 10_000 }, () => createCallId(now));
    expect(ids.toSorted()).toEqual(ids);
    expect(ids.every((id) => uuid7.test(id))).toBe(true);
  });
});
