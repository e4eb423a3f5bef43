// A gateway under a steady load of every use, while each of its servers fails in every way and comes back: `main.ts [part of a failure's name] [redis | postgres]`. Prints who got
// what, and ends with 1 where the failure policy did not hold, a call hung, money was lost or doubled, or the first call after the return of a server failed.
import { failPostgres, failRedis } from './cases.ts';
import type { StoreName } from './cases.ts';
import { postgresFaults, redisFaults } from './faults.ts';
import type { Fault } from './faults.ts';
import { faultsIn, lateUses } from './policy.ts';
import { bookTable, useTable } from './report.ts';
import type { Told } from './report.ts';
import type { FaultReport } from './run-fault.ts';

const [part = '', only] = process.argv.slice(2);
const timing = { lasts: 4000, every: 100 };
const problems: string[] = [];

process.on('uncaughtException', (error) => problems.push(`uncaught: ${String(error)}`));
process.on('unhandledRejection', (error) => problems.push(`unhandled: ${String(error)}`));

async function tell<Server>(
  title: string,
  away: readonly StoreName[],
  faults: readonly Fault<Server>[],
  run: (fault: Fault<Server>) => Promise<readonly FaultReport[]>,
): Promise<void> {
  const told: Told[] = [];
  for (const fault of faults.filter(({ name }) => name.includes(part))) {
    const [report] = await run(fault).catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
    if (!report) {
      console.log(`${title}, ${fault.name}: not possible on this machine`);
      continue;
    }
    told.push({ fault: fault.name, report });
    const found = [
      ...faultsIn(report, fault, away),
      ...lateUses(report).map((use) => `${use}: the first call after it got ${report.uses[use].first}`),
    ];
    problems.push(...found.map((problem) => `${title}, ${fault.name}: ${problem}`));
  }
  console.log(`\n## ${title}\n\n${useTable(told)}\n\n${bookTable(told)}`);
}

if (only !== 'postgres') {
  await tell('Redis counts', ['counter'], redisFaults, async (fault) => failRedis([fault], timing));
}
if (only !== 'redis') {
  const roles: readonly (readonly [title: string, away: readonly StoreName[]])[] = [
    ['PostgreSQL keeps the keys', ['keys']],
    ['PostgreSQL counts', ['counter']],
    ['PostgreSQL is the ledger', ['ledger']],
    ['PostgreSQL does everything', ['keys', 'counter', 'ledger']],
  ];
  for (const [title, away] of roles) await tell(title, away, postgresFaults, async (fault) => failPostgres([fault], away, timing));
}

console.log(
  problems.length === 0 ? '\nthe policy held, nothing hung, nothing was lost' : `\n${problems.length} problems:\n${problems.join('\n')}`,
);
process.exit(problems.length === 0 ? 0 : 1);
