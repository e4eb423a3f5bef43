import { setTimeout } from 'node:timers/promises';
import type { Gateway } from './gateway.ts';

/** What a gateway's books say in the end, in millionths of a dollar. */
export interface Books {
  /** What the proxy has said of all calls, and what the ledger keeps of them. */
  readonly truth: number;
  readonly ledger: number;
  /** Accounts that the ledger does not have, and those that it has beside. */
  readonly missing: number;
  readonly surplus: number;
  /** What the counter has counted beyond the ledger, in budgets that are open; less than nothing is lost. */
  readonly counterBeyond: number;
  /** What is still reserved, though nothing is under way. */
  readonly reserved: number;
}

/** Compares when nothing is under way any more and all that waited has had time to be told. */
export async function readBooks(gateway: Gateway, budgeted: readonly string[]): Promise<Books> {
  const { counter, ledger } = gateway;
  let books: Books | undefined;
  for (let tries = 0; tries < 60; tries += 1) {
    const read = await readOnce(gateway, budgeted).catch(() => undefined);
    const isQuiet = read !== undefined && JSON.stringify(read) === JSON.stringify(books);
    books = read ?? books;
    // What is counted twice stays so; what is not counted yet may come.
    if (
      books &&
      books.truth === books.ledger &&
      books.reserved === 0 &&
      (books.counterBeyond === 0 || (isQuiet && books.counterBeyond > 0))
    )
      break;
    await setTimeout(250);
  }
  if (!books) throw new Error(`nothing could be read of ${ledger.name} and ${counter.name}`);
  return books;
}

async function readOnce(gateway: Gateway, budgeted: readonly string[]): Promise<Books> {
  const { counter, receipts } = gateway;
  await gateway.handOver();
  const inLedger = await spendByKey(gateway);
  const sums = budgeted.map((id) => ({ kind: 'sum', key: windowOf(id) }) as const);
  const readings = await counter.read('ai-proxy', sums);
  const open = budgeted.flatMap((id, index) => (readings[index] ? [{ id, reading: readings[index] }] : []));
  const truth = sum(receipts.map(({ cost }) => cost?.micros ?? 0));
  return {
    truth,
    ledger: sum([...inLedger.values()].map(({ micros }) => micros)),
    ...(await compareCalls(gateway)),
    counterBeyond: sum(open.map(({ id, reading }) => reading.used - reading.reserved - (inLedger.get(id)?.micros ?? 0))),
    reserved: sum(open.map(({ reading }) => reading.reserved)),
  };
}

async function spendByKey({ ledger }: Gateway): Promise<ReadonlyMap<string, { readonly micros: number }>> {
  const { rows } = await ledger.spend({ by: 'key', limit: 10_000 });
  return new Map(rows.map(({ value = '', micros }) => [value, { micros }]));
}

async function compareCalls({ ledger, receipts }: Gateway): Promise<Pick<Books, 'missing' | 'surplus'>> {
  const kept = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await ledger.calls({}, cursor, 1000);
    for (const { id } of page.calls) kept.add(id);
    cursor = page.next;
  } while (cursor !== undefined);
  const said = new Set(receipts.map(({ id }) => id));
  return { missing: [...said].filter((id) => !kept.has(id)).length, surplus: [...kept].filter((id) => !said.has(id)).length };
}

/** The name of the sum of a month in which a key's money is counted. */
function windowOf(id: string): string {
  const now = new Date();
  return JSON.stringify(['key', id, null, 'money', '1mo', 'UTC', Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1), 0]);
}

const sum = (amounts: readonly number[]): number => amounts.reduce((all, amount) => all + amount, 0);
