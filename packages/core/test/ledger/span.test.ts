import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planSums } from '../../src/ledger/span.ts';

const hour = 3_600_000;
const day = 24 * hour;
const moment = fc.integer({ min: 0, max: 400 * day });

describe('the sums that make up a span', () => {
  it('cover every hour of it once, and no other', () => {
    fc.assert(
      fc.property(moment, moment, (one, other) => {
        const [from, to] = one < other ? [one, other] : [other, one];
        const plan = planSums({ from, to }, 0);
        expect(plan.from).toBe(Math.floor(from / hour) * hour);
        expect(plan.to).toBe(Math.ceil(to / hour) * hour);
        const parts = [...plan.days, ...plan.hours].toSorted((first, second) => first.from - second.from);
        expect(parts.reduce((sum, part) => sum + part.to - part.from, 0)).toBe(plan.to - plan.from);
        for (const [index, part] of parts.entries()) expect(part.from).toBe(index === 0 ? plan.from : parts[index - 1]?.to);
        for (const part of plan.days) expect([part.from % day, part.to % day]).toEqual([0, 0]);
        // Whole days are never read by the hour.
        for (const part of plan.hours) expect(part.to - part.from).toBeLessThan(2 * day);
      }),
    );
  });

  it('read no hour that was pruned: what holds one is widened to its day', () => {
    fc.assert(
      fc.property(moment, moment, fc.integer({ min: 0, max: 400 * 24 }), (one, other, pruned) => {
        const [from, to] = one < other ? [one, other] : [other, one];
        const hoursFrom = pruned * hour;
        const plan = planSums({ from, to }, hoursFrom);
        expect(plan.hours.filter((part) => part.from < hoursFrom)).toEqual([]);
        expect(plan.from).toBeLessThanOrEqual(from);
        expect(plan.to).toBeGreaterThanOrEqual(to);
        const parts = [...plan.days, ...plan.hours].toSorted((first, second) => first.from - second.from);
        for (const [index, part] of parts.entries()) expect(part.from).toBe(index === 0 ? plan.from : parts[index - 1]?.to);
        expect(parts.at(-1)?.to ?? plan.from).toBe(plan.to);
      }),
    );
  });
});
