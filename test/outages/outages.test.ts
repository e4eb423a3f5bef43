import { describe, expect, it } from 'vitest';
import { failPostgres, failRedis } from './cases.ts';
import type { StoreName } from './cases.ts';
import { postgresFaults, redisFaults } from './faults.ts';
import type { Fault } from './faults.ts';
import { faultsIn } from './policy.ts';
import type { FaultReport } from './run-fault.ts';

// The long form is `pnpm test:outages`, with each store in each failure; there the first call after the return of the server has to succeed as well.
const [lasts, every] = [700, 300];

/** What each failure has done that it should not. Where there is no such server there is nothing to see. */
function problems(faults: readonly Fault<never>[], away: readonly StoreName[], reports: readonly FaultReport[]): object {
  return Object.fromEntries(
    reports.flatMap((report, index) => {
      const fault = faults[index];
      return fault ? [[fault.name, faultsIn(report, fault, away)]] : [];
    }),
  );
}

const named = (...names: readonly string[]) => names.map((name) => [name, []] as const);

const inMemory = postgresFaults.filter(({ needsDisk }) => !needsDisk);
const of = <Server>(faults: readonly Fault<Server>[], part: number): readonly Fault<Server>[] =>
  faults.filter((_, index) => index % 2 === part);

describe.concurrent('a gateway under load keeps to the policy, serves again, and loses nothing', { timeout: 180_000 }, () => {
  it.each([0, 1])('where its Redis fails in one way after the other (%i)', async (part) => {
    const faults = of(redisFaults, part);
    const reports = await failRedis(faults, { lasts, every });
    expect(problems(faults, ['counter'], reports)).toEqual(
      Object.fromEntries(reports.length === 0 ? [] : named(...faults.map(({ name }) => name))),
    );
  });

  const stories: readonly (readonly [what: string, away: readonly StoreName[], faults: typeof postgresFaults, lasts: number])[] = [
    ['counts and is the ledger, and fails in one way after the other', ['counter', 'ledger'], of(inMemory, 0), lasts],
    ['counts and is the ledger, and fails in other ways', ['counter', 'ledger'], of(inMemory, 1), lasts],
    // What is remembered of a key holds for two seconds.
    ['keeps the keys, and dies', ['keys'], inMemory.filter(({ name }) => name === 'killed'), 2300],
  ];
  it.each(stories)('where its PostgreSQL %s', async (_what, away, faults, time) => {
    const reports = await failPostgres(faults, away, { lasts: time, every });
    expect(problems(faults, away, reports)).toEqual(
      Object.fromEntries(reports.length === 0 ? [] : named(...faults.map(({ name }) => name))),
    );
  });
});
