import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { RedisServer } from '@ai-proxy/testing';
import { openCounter } from './open-counter.ts';

export interface LossOptions {
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

/** Calls go on while Redis forgets everything, forgets its scripts, and is killed and started anew; a third of them after each. */
export async function lossesOfState(server: RedisServer, { processes, calls, cost }: LossOptions): Promise<LossVerdict> {
  const root = `losses ${crypto.randomUUID()}`;
  let [recorded, rebuilt] = [0, 0];
  const losses = [
    async () => {
      await server.ask('FLUSHALL');
      await server.ask('SCRIPT', 'FLUSH');
    },
    async () => {
      await server.kill();
      await server.start();
    },
  ];
  const marks = losses.map((_, index) => Math.floor((calls * (index + 1)) / (losses.length + 1)));
  const done: Promise<void>[] = [];

  const children = Array.from({ length: processes }, () =>
    fork(new URL('lossy-process.ts', import.meta.url), [server.url, root, String(calls / processes), String(cost)], {
      execArgv: ['--conditions=ai-proxy-source'],
    }),
  );
  for (const child of children) {
    child.on('message', ({ question, spent }: { question: number; spent: number }) => {
      if (spent > 0) {
        recorded += 1;
        const lose = recorded === marks[0] ? losses.shift() : undefined;
        if (lose) {
          marks.shift();
          done.push(lose());
        }
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

  const counter = openCounter(server.url);
  const [reading] = await counter.read(root, [{ kind: 'sum', key: 'budget' }]);
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
