import { describe, expect, it } from 'vitest';
import { createSortedId } from '../../src/key/create-key-id.ts';

describe('ids of keys and changes', () => {
  it('sort in the order in which they were made, also within a millisecond, and when the clock goes back', () => {
    const now = Date.UTC(2100, 0);
    const times = [...Array.from({ length: 70_000 }, () => now), now + 1, now + 500, now, now + 501];
    const ids = times.map((time) => createSortedId('key', time));
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids[0]).toMatch(/^key_[0-9a-f]{32}$/);
  });
});
