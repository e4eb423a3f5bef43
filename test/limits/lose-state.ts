import { fork } from 'node:child_process';
import { once } from 'node:events';
import { insist } from './insist.ts';
import { openCounter } from './open-counter.ts';

export interface LossOptions {
  readonly address: string;
  /** What befalls the store, one after the other. */
  readonly losses: readonly Loss[];
  readonly processes: number;
  /** Of all processes together. */
  readonly calls: number;
  readonly cost: number;
}

export interface LossVerdict {
  /** Calls that the ledger holds. */
  readonly recorded: number;
  /** How often the sum was asked of the ledger. */
  readonly rebuilt: number;
  /** What the ledger holds and the counter does not. */
  readonly lost: number;
  /** What the counter holds beyond the ledger: calls that were recorded and not yet settled while the sum was rebuilt count twice. */
  readonly doubled: number;
  readonly leaked: number;
}

/** Takes from a store what it has counted. */
export type Loss = () => Promise<void>;

/** Calls go on while their store loses all that it has counted; as many before the first loss, between two, and after the last. */
export async function lossesOfState({ address, losses, processes, calls, cost }: LossOptions): Promise<LossVerdict> {
  const root = `losses ${crypto.randomUUID()}`;
  let [recorded, rebuilt] = [0, 0];
  const waiting = losses.map((lose, index) => ({ lose, at: Math.floor((calls * (index + 1)) / (losses.length + 1)) }));
  const done: Promise<void>[] = [];

  const children = Array.from({ length: processes }, () =>
    fork(new URL('lossy-process.ts', import.meta.url), [address, root, String(calls / processes), String(cost)], {
      execArgv: ['--conditions=ai-proxy-source'],
    }),
  );
  for (const child of children) {
    child.on('message', ({ question, spent }: { question: number; spent: number }) => {
      if (spent > 0) {
        recorded += 1;
        if (recorded === waiting[0]?.at) done.push(waiting.shift()?.lose() ?? Promise.resolve());
      } else rebuilt += 1;
      child.send({ question, answer: recorded * cost });
    });
  }
  await Promise.all(
    children.map(async (child) => {
      const [code] = await once(child, 'exit');
      if (code !== 0) throw new Error(`a process ended with ${String(code)}`);
    }),
  );
  await Promise.all(done);

  const counter = openCounter(address);
  // Where the last loss came last, the next call would find nothing, and open it from the ledger.
  const ask = async () => insist(async () => counter.read(root, [{ kind: 'sum', key: 'budget' }]));
  if ((await ask())[0] === undefined) {
    rebuilt += 1;
    await insist(async () => counter.open(root, [{ key: 'budget', spent: recorded * cost }]));
  }
  const [reading] = await ask();
  await counter.close();
  const [counted, leaked] = [(reading?.used ?? 0) - (reading?.reserved ?? 0), reading?.reserved ?? 0];
  return {
    recorded,
    rebuilt,
    lost: Math.max(0, recorded * cost - counted),
    doubled: Math.max(0, counted - recorded * cost),
    leaked,
  };
}
