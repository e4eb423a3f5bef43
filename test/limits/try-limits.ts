import { lossesOfState } from './lose-state.ts';
import { runStorm } from './run-storm.ts';
import type { StormOptions, StormVerdict } from './run-storm.ts';
import type { CountingStore } from './stores.ts';

export interface TrialOptions {
  readonly processes: number;
  /** Of all processes together. */
  readonly calls: number;
}

const cost = 1237;
/** Of a hundred calls so many are aborted, fail, or die. */
const failing = 30;

/** Tries every kind of limit on a store, and everything that it may lose; answers how often one did not hold. */
export async function tryLimits(name: string, store: CountingStore, { processes, calls }: TrialOptions): Promise<number> {
  const { address, losses } = store;
  const fits = Math.floor(calls * 0.4);
  /** Who is killed leaves his calls unmade: those of the others have to be enough. */
  const fitsSurvivors = Math.floor((fits * (processes - 1)) / processes);
  const [atOnce, inSecond] = [Math.ceil(calls / 20), Math.ceil(calls / 5)];
  const storms: Readonly<Record<string, Omit<StormOptions, 'address' | 'processes' | 'calls' | 'failing'>>> = {
    'one budget': { kind: 'budget', cost, limit: cost * fits + cost - 1 },
    'one budget, a process killed': { kind: 'budget', cost, limit: cost * fitsSurvivors + 1, killed: 1 },
    'one rate': { kind: 'rate', cost: 1, limit: fits },
    [`${inSecond} calls in any second`]: { kind: 'second', cost: 1, limit: inSecond },
    [`${atOnce} calls at once`]: { kind: 'parallel', cost: 1, limit: atOnce },
  };
  console.log(`\n${name}: ${calls} calls in ${processes} processes, ${failing} of 100 aborted, failing or dying`);
  let faults = 0;
  for (const [what, options] of Object.entries(storms)) {
    const began = performance.now();
    const verdict = await runStorm({ ...options, address, processes, calls, failing });
    const holds = isExact(options, verdict, calls);
    if (!holds) faults += 1;
    const seconds = Math.round((performance.now() - began) / 1000);
    console.log(
      `${holds ? 'holds' : 'FAULT'}  ${what}: admitted ${admittedOf(options, verdict)}, ${JSON.stringify(verdict)}, ${seconds} s`,
    );
  }

  const verdict = await lossesOfState({ address, losses: Object.values(losses), processes, calls: calls / 2, cost });
  const holds = verdict.lost === 0 && verdict.leaked === 0 && verdict.recorded === calls / 2 && verdict.rebuilt > 0;
  if (!holds) faults += 1;
  console.log(
    `${holds ? 'holds' : 'FAULT'}  ${Object.keys(losses).join(', ')}, in the midst of ${calls / 2} calls: ${JSON.stringify(verdict)}`,
  );
  return faults;
}

/** Who is killed reports nothing: what he spent is in the store. */
const admittedOf = ({ killed, cost: each }: { readonly killed?: number; readonly cost: number }, verdict: StormVerdict): number =>
  killed === undefined ? verdict.settled : verdict.used / each;

function isExact(
  options: Pick<StormOptions, 'kind' | 'cost'> & { readonly killed?: number },
  verdict: StormVerdict,
  calls: number,
): boolean {
  const { kind } = options;
  if (verdict.overspent > 0 || verdict.leaked > 0 || Object.keys(verdict.errors).length > 0) return false;
  // Whoever waits long enough is served.
  if (kind === 'parallel' || kind === 'second')
    return verdict.refused === 0 && verdict.mostSeen > 0 && verdict.settled + verdict.givenBack + verdict.died === calls;
  const admitted = admittedOf(options, verdict);
  return admitted === verdict.fits && verdict.used === admitted * options.cost;
}
