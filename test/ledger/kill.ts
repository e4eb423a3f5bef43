// Kills a proxy 200 times with 50 calls under way, on SQLite and on PostgreSQL: `kill.ts [kills] [sqlite | postgres]`. Ends with 1 where a call was lost or doubled.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@ai-proxy/testing';
import { killRounds } from './kill-rounds.ts';
import type { KillVerdict } from './kill-rounds.ts';

const kills = Number(process.argv[2] ?? 200);
const only = process.argv[3];
const inFlight = 50;

async function run(name: string, database: string): Promise<KillVerdict> {
  const began = Date.now();
  const onKill = (kill: number): void => {
    if (kill % 20 === 0) console.log(`${name}: ${kill} of ${kills} kills, ${Math.round((Date.now() - began) / 1000)} s`);
  };
  const verdict = await killRounds({ database, kills, inFlight, onKill });
  console.log(`${name}: ${JSON.stringify(verdict)}`);
  return verdict;
}

const verdicts: KillVerdict[] = [];
if (only !== 'postgres') {
  const folder = await mkdtemp(join(tmpdir(), 'ai-proxy-kill-database-'));
  verdicts.push(await run('SQLite', `sqlite:${join(folder, 'ledger.db')}`));
  await rm(folder, { recursive: true });
}
const server = only === 'sqlite' ? undefined : await startPostgres();
if (server) {
  verdicts.push(await run('PostgreSQL', await server.createDatabase()));
  await server.close();
}

const sum = (read: (verdict: KillVerdict) => number): number => verdicts.reduce((all, verdict) => all + read(verdict), 0);
const faults = sum(({ lost, doubled, sumsOff, journalsLeft }) => lost + doubled + sumsOff + journalsLeft);
console.log(
  `${kills * verdicts.length} kills with ${inFlight} calls under way: ${sum(({ asked }) => asked)} calls asked for, ` +
    `lost ${sum(({ lost }) => lost)}, doubled ${sum(({ doubled }) => doubled)}, sums off by ${sum(({ sumsOff }) => sumsOff)}, ` +
    `journals left ${sum(({ journalsLeft }) => journalsLeft)}`,
);
process.exit(faults === 0 ? 0 : 1);
