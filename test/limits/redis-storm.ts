// Ten thousand calls at once from four processes on one Redis, its losses, and every way for it to fail: `redis-storm.ts [calls]`. Ends with 1 where a limit did
// not hold, spend was lost, or a call hung.
import { startRedis } from '@ai-proxy/testing';
import { failRedis, redisFailures, slowLoading } from './fail-redis.ts';
import { lossesOfState } from './lose-state.ts';
import { runStorm } from './run-storm.ts';
import type { StormOptions } from './run-storm.ts';

const calls = Number(process.argv[2] ?? 10_000);
const deadline = 50;
const cost = 1237;
const fits = Math.floor(calls * 0.4);

const server = await startRedis({ settings: slowLoading });
if (!server) process.exit(0);

let faults = 0;
const processes = 4;
const storms: Readonly<Record<string, Omit<StormOptions, 'address'>>> = {
  'one budget': { processes, calls, failing: 30, kind: 'budget', cost, limit: cost * fits + cost - 1 },
  'one budget, a process killed': { processes, calls, failing: 30, kind: 'budget', cost, limit: cost * fits + 1, killed: 1 },
  'one rate': { processes, calls, failing: 30, kind: 'rate', cost: 1, limit: fits },
  'calls at once': { processes, calls, failing: 30, kind: 'parallel', cost: 1, limit: 500 },
};
for (const [name, options] of Object.entries(storms)) {
  const began = performance.now();
  const verdict = await runStorm({ ...options, address: server.url });
  const admitted = options.killed ? verdict.used / options.cost : verdict.settled;
  const isExact =
    options.kind === 'parallel' ? verdict.refused === 0 : admitted === verdict.fits && verdict.used === admitted * options.cost;
  if (!isExact || verdict.overspent > 0 || verdict.leaked > 0 || Object.keys(verdict.errors).length > 0) faults += 1;
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(`${name}: ${calls} calls, admitted ${admitted}, ${JSON.stringify(verdict)}, ${seconds} s`);
}

const losses = await lossesOfState(server, { processes, calls: calls / 2, cost });
if (losses.lost > 0 || losses.leaked > 0 || losses.recorded !== calls / 2) faults += 1;
console.log(`FLUSHALL, then a restart without data, in the midst of ${calls / 2} calls: ${JSON.stringify(losses)}`);

console.log(`\n20 callers, deadline ${deadline} ms, 2 s of each failure:\n`);
console.log('| Redis is | calls | admitted | rejected | hung | p99 ms | slowest ms | first success after ms |');
console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
for (const failure of redisFailures) {
  const row = await failRedis(server, failure, deadline);
  if (row.hung > 0 || row.backAfter > 30_000) faults += 1;
  const rejected = Object.entries(row.rejected).map(([code, count]) => `${count} ${code}`);
  const figures = [row.hung, row.p99.toFixed(1), row.slowest.toFixed(1), row.backAfter.toFixed(0)];
  console.log(`| ${[row.failure, row.calls, row.reserved, rejected.join(', ') || 'none', ...figures].join(' | ')} |`);
}

await server.close();
console.log(faults === 0 ? '\nnothing overspent, nothing lost, nothing hung' : `\n${faults} faults`);
process.exit(faults === 0 ? 0 : 1);
