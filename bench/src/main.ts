import { availableParallelism, loadavg } from 'node:os';
import { startRedis } from '@ai-proxy/testing';
import { toFigures } from './figures.ts';
import { openBench } from './measure.ts';
import { help, parseOptions } from './options.ts';
import type { BenchOptions } from './options.ts';
import { toJson, toTable } from './report.ts';
import { runRounds } from './rounds.ts';

const say = (text: string): boolean => process.stderr.write(`${text}\n`);
const machineLoad = (): number => loadavg()[0] ?? 0;

async function run(asked: BenchOptions): Promise<void> {
  const redis = asked.subjects.includes('all-redis') ? await startRedis() : undefined;
  // Without a Redis on this machine there is nothing to measure; `startRedis` has said so.
  const options = { ...asked, subjects: asked.subjects.filter((name) => name !== 'all-redis' || redis !== undefined) };
  const loads = [machineLoad()];
  const bench = await openBench({ ...options, redisUrl: redis?.url });
  try {
    const rowsByName = new Map(options.rows.map((row) => [row.name, row]));
    const measurements = await runRounds({
      rounds: options.rounds,
      rows: [...rowsByName.keys()],
      subjects: options.subjects,
      onRound(round) {
        loads.push(machineLoad());
        say(round === 0 ? 'warming up' : `round ${round} of ${options.rounds}, load average ${machineLoad().toFixed(1)}`);
      },
      async measure(name, subject) {
        const row = rowsByName.get(name);
        const known = options.subjects.find((one) => one === subject);
        if (row === undefined || known === undefined) throw new RangeError(`${name} and ${subject} are not part of this run`);
        const cpu = await bench.measure(row, known);
        say(`  ${name}: ${subject} ${cpu.toFixed(0)} µs`);
        return cpu;
      },
    });
    const [first = 0, ...during] = loads;
    const circumstances = {
      node: process.versions.node,
      cores: availableParallelism(),
      rounds: options.rounds,
      requests: { json: options.amounts.json.requests, stream: options.amounts.stream.requests },
      load: { first, lowest: Math.min(...during), highest: Math.max(...during) },
    };
    const figures = toFigures(measurements, options.subjects);
    process.stdout.write(`${toTable(figures, circumstances)}\n`);
    if (options.json) process.stdout.write(`${toJson(figures, circumstances)}\n`);
  } finally {
    await bench.close();
    await redis?.close();
  }
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === undefined) process.stdout.write(`${help}\n`);
  else await run(options);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
