// One of the processes that go on counting while the counter loses its state: `lossy-process.ts <address> <root> <calls> <cost>`. The ledger is its parent's.
import { setTimeout } from 'node:timers/promises';
import type { Reservation } from '@ai-proxy/core';
import { insist } from './insist.ts';
import { openCounter } from './open-counter.ts';

const [address = '', root = '', calls = '0', price = '0'] = process.argv.slice(2);
const cost = Number(price);
const counter = openCounter(address, 2000);

let questions = 0;
const waiting = new Map<number, (answer: number) => void>();
process.on('message', ({ question, answer }: { question: number; answer: number }) => {
  waiting.get(question)?.(answer);
  waiting.delete(question);
});

/** Asks the ledger: to record what was spent, or with 0 what has been. */
async function askLedger(spent: number): Promise<number> {
  const question = (questions += 1);
  process.send?.({ question, spent });
  return new Promise((resolve) => waiting.set(question, resolve));
}

async function call(index: number): Promise<void> {
  const reservation: Reservation = {
    id: `${process.pid} ${index}`,
    root,
    ttl: 10_000,
    windows: [{ kind: 'sum', key: 'budget', amount: cost, limit: Number.MAX_SAFE_INTEGER }],
  };
  for (;;) {
    const answer = await insist(async () => counter.reserve(reservation));
    if (answer.kind === 'reserved') break;
    if (answer.kind !== 'missing') throw new Error(`a reservation was answered as ${answer.kind}`);
    const spent = await askLedger(0);
    await insist(async () => counter.open(root, [{ key: 'budget', spent }]));
  }
  await setTimeout(50 * Math.random());
  // The ledger first: what it holds is found again, whatever becomes of the counter.
  await askLedger(cost);
  await insist(async () => counter.settle(reservation, { budget: cost }));
}

const all = Array.from({ length: Number(calls) }, (_, index) => index);
// Twenty at a time, so that the losses come in their midst.
await Promise.all(
  Array.from({ length: 20 }, async () => {
    for (let index = all.shift(); index !== undefined; index = all.shift()) await call(index);
  }),
);
await counter.close();
process.exit(0);
