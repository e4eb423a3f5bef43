import { describe, expect, it } from 'vitest';
import { failRedis } from './cases.ts';
import { redisFaults } from './faults.ts';
import { faultsIn } from './policy.ts';

// The long form is `pnpm test:outages`; there the first call after the return of the server has to succeed as well.
const timing = { lasts: 700, every: 250 };

describe('a gateway under load whose Redis fails in one way after the other', () => {
  it('keeps to the policy, serves again after each, and loses nothing', { timeout: 180_000 }, async ({ skip }) => {
    const reports = await failRedis(redisFaults, timing);
    if (reports.length === 0) skip('there is no Redis here');
    const found = reports.map((report, index) => {
      const fault = redisFaults[index];
      return [fault?.name, fault && faultsIn(report, fault, ['counter'])];
    });
    expect(found).toEqual(redisFaults.map(({ name }) => [name, []]));
  });
});
