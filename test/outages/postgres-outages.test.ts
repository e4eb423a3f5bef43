import { describe, expect, it } from 'vitest';
import { failPostgres } from './cases.ts';
import type { StoreName } from './cases.ts';
import { postgresFaults } from './faults.ts';
import { faultsIn } from './policy.ts';

// The long form is `pnpm test:outages`, with each store in each failure; there the first call after the return of the server has to succeed as well.
const inMemory = postgresFaults.filter(({ needsDisk }) => !needsDisk);

const stories: readonly (readonly [what: string, away: readonly StoreName[], faults: typeof postgresFaults, lasts: number])[] = [
  ['counts and is the ledger, and fails in one way after the other,', ['counter', 'ledger'], inMemory, 700],
  // What is remembered of a key holds for two seconds.
  ['keeps the keys, and dies,', ['keys'], inMemory.filter(({ name }) => name === 'killed'), 2300],
];

describe('a gateway under load whose PostgreSQL', () => {
  it.concurrent.each(stories)(
    '%s keeps to the policy, serves again, and loses nothing',
    { timeout: 180_000 },
    async (_what, away, faults, lasts) => {
      const reports = await failPostgres(faults, away, { lasts, every: 250 });
      const found = reports.map((report, index) => {
        const fault = faults[index];
        return [fault?.name, fault && faultsIn(report, fault, away)];
      });
      // Where there is no PostgreSQL there is nothing to see.
      expect(found).toEqual(reports.length === 0 ? [] : faults.map(({ name }) => [name, []]));
    },
  );
});
