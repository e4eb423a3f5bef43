import type { Counter, Receipt } from '@ai-proxy/core';
import type { Grant, Subject } from '../grant.ts';
import { grantOfCaller, grantOfKey } from '../grant.ts';
import type { GuardedStore } from '../store/guarded-store.ts';
import type { KeyLookup } from '../store/key-lookup.ts';
import { windowsOf } from './call-windows.ts';

/** Counts the calls of processes that have died, which could not do so themselves. */
export type CountAdopted = (receipts: readonly Receipt[]) => Promise<void>;

export interface CountAdoptedOptions {
  readonly counter: Counter;
  readonly guard: GuardedStore;
  /** Absent where no keys are kept. */
  readonly lookup: KeyLookup | undefined;
  readonly subjectsOf: (grant: Grant, endUser: string | undefined) => Promise<readonly Subject[]>;
  readonly rootOf: (grant: Grant) => string;
  readonly ttl: number;
  readonly now: () => number;
}

/**
 * A store remembers ended calls for two minutes: within this time, in milliseconds, a call that had ended may be told once more, because its process may have died before it
 * did. An older one was told when it ended.
 */
const certainlyRemembered = 100_000;
const mostTold = 10_000;

/**
 * What a process that died was reserving frees itself, and what it spent stands in the ledger: an open sum hears of it here. A sum that is missing is left to be opened with what
 * the ledger knows.
 */
export function createCountAdopted(options: CountAdoptedOptions): CountAdopted {
  const { counter, guard, lookup, subjectsOf, rootOf, ttl, now } = options;
  /** Told already, should a journal have to be gone through once more. */
  const told = new Set<string>();

  async function grantOf({ key, team, caller }: Receipt): Promise<Grant | undefined> {
    const record = key === undefined ? undefined : await lookup?.byId(key);
    if (record) return grantOfKey(record, record.parent === undefined ? undefined : await lookup?.byId(record.parent));
    if (!caller) return undefined;
    const known = { id: caller.id, ...(team === undefined ? {} : { team }), ...(key === undefined ? {} : { key }) };
    return grantOfCaller(known);
  }

  async function count(receipt: Receipt): Promise<void> {
    const { id, cost, outcome, startedAt, totalMs, modelAsked, modelServed, provider, endUser } = receipt;
    if (!cost || cost.micros <= 0 || told.has(id)) return;
    if (outcome !== 'process_died' && startedAt + totalMs < now() - certainlyRemembered) return;
    const grant = await grantOf(receipt);
    if (!grant) return;
    const subjects = [...grant.subjects, ...(await subjectsOf(grant, endUser))];
    const steps = [{ model: modelServed ?? '', provider: { name: provider ?? '' } }];
    const amounts = { micros: Math.round(cost.micros), tokens: 0 };
    const windows = windowsOf({ model: modelAsked, plan: { steps } }, { subjects }, amounts, false, startedAt)
      .filter(({ counts }) => counts === 'money')
      .map(({ window }) => window);
    if (windows.length === 0) return;
    const root = rootOf(grant);
    const readings = await guard.ask(async () => counter.read(root, windows));
    const open = windows.filter((_, index) => readings[index] !== undefined);
    if (open.length > 0) await guard.ask(async () => counter.settle({ id, root, ttl, windows: open }, {}));
    told.add(id);
    const [oldest] = told;
    if (told.size > mostTold && oldest !== undefined) told.delete(oldest);
  }

  return async (receipts) => {
    for (const receipt of receipts) await count(receipt);
  };
}
