import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { mostAtOnce, mostInSpan } from './count-spans.ts';
import { openCounter } from './open-counter.ts';
import { deadCallsHold, second, windowsOf } from './storm-plan.ts';
import type { StormKind, StormPlan, StormReport } from './storm-plan.ts';

export interface StormOptions {
  readonly address: string;
  readonly kind: StormKind;
  readonly processes: number;
  /** Of all processes together. */
  readonly calls: number;
  readonly cost: number;
  readonly limit: number;
  readonly failing: number;
  /** Of the processes so many are killed in the midst of it: what they held is freed by its expiry. @default 0 */
  readonly killed?: number;
}

export interface StormVerdict {
  readonly settled: number;
  readonly givenBack: number;
  readonly died: number;
  readonly refused: number;
  /** What fits: calls at their cost below the limit. */
  readonly fits: number;
  /** The most calls at once, or in a second, that the calls can tell for sure; 0 elsewhere. */
  readonly mostSeen: number;
  /** What was used beyond the limit at any moment. */
  readonly overspent: number;
  /** What is still reserved when all that died has expired. */
  readonly leaked: number;
  /** What is used in the end. */
  readonly used: number;
  readonly errors: Readonly<Record<string, number>>;
}

/** Many calls at once from several processes on one limit. */
export async function runStorm({ processes, calls, killed = 0, ...rest }: StormOptions): Promise<StormVerdict> {
  const hold = killed > 0 ? killedProcessHolds : longerThanAnyStorm;
  const plan: StormPlan = { ...rest, hold, root: `storm ${crypto.randomUUID()}`, calls: Math.ceil(calls / processes) };
  const counter = openCounter(plan.address);
  const [window, underWay] = windowsOf(plan);
  if (window.kind === 'sum') await counter.open(plan.root, [{ key: window.key, spent: 0 }]);

  const reports = await Promise.all(Array.from({ length: processes }, async (_, index) => runProcess(plan, index < killed)));
  await setTimeout(Math.max(deadCallsHold, killed > 0 ? hold : 0) + 100);
  const [reading, left] = await counter.read(plan.root, [window, underWay]);
  await counter.close();

  const sum = (read: (report: StormReport) => number): number => reports.reduce((all, report) => all + read(report), 0);
  const spans = reports.flatMap((report) => report.spans);
  // Not only by the word of who counts: what the calls have seen themselves.
  const mostSeen = plan.kind === 'parallel' ? mostAtOnce(spans) : plan.kind === 'second' ? mostInSpan(spans, second) : 0;
  const mostUsed = Math.max(mostSeen, reading?.used ?? 0, ...reports.map((report) => report.mostUsed));
  const errors: Record<string, number> = {};
  for (const report of reports) for (const [reason, count] of Object.entries(report.errors)) errors[reason] = (errors[reason] ?? 0) + count;
  return {
    settled: sum(({ settled }) => settled),
    givenBack: sum(({ givenBack }) => givenBack),
    died: sum(({ died }) => died),
    refused: sum(({ refused }) => refused),
    fits: Math.floor(plan.limit / plan.cost),
    mostSeen,
    overspent: Math.max(0, mostUsed - plan.limit),
    leaked: Math.max(reading?.reserved ?? 0, left?.used ?? 0),
    used: reading?.used ?? 0,
    errors,
  };
}

const killedProcessHolds = 20_000;

const longerThanAnyStorm = 600_000;

/** Who is killed reports nothing. */
const nothing: StormReport = { settled: 0, givenBack: 0, died: 0, refused: 0, mostUsed: 0, spans: [], errors: {} };

async function runProcess(plan: StormPlan, isKilled: boolean): Promise<StormReport> {
  const child = fork(new URL('storm-process.ts', import.meta.url), { execArgv: ['--conditions=ai-proxy-source'] });
  let report = nothing;
  child.on('message', (message: StormReport | 'in the midst') => {
    if (message !== 'in the midst') report = message;
    else if (isKilled) child.kill('SIGKILL');
  });
  child.send(plan);
  const [code] = await once(child, 'exit');
  if (code !== 0 && !isKilled) throw new Error(`a process of the storm ended with ${String(code)}`);
  return report;
}
