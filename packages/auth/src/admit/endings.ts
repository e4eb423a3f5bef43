import type { Counter, Log, Reservation } from '@ai-proxy/core';
import type { GuardedStore } from '../store/guarded-store.ts';
import { fewAtOnce } from './few-at-once.ts';
import { createBySum } from './sum-places.ts';

/** Tells counters how calls have ended, also where one is away for a while, and remembers what was settled of late. */
export interface Endings {
  /** Never waited for. */
  settle(reservation: Reservation, counter: Counter, amounts: Readonly<Record<string, number>>, startedAt: number): void;
  /** For a reservation that may have been taken, or be on its way. Never waited for. */
  release(reservation: Reservation, counter: Counter): void;
  /** What this process has settled in a sum since a moment, and all that is still to be told. */
  ofSum(root: string, key: string, since: number): readonly Settlement[];
  /** Says again what was settled in sums, for a store that has lost them: one that has not changes nothing. */
  tellAgain(settlements: readonly Settlement[]): Promise<void>;
  /** Tells what waits, and forgets what is old. */
  look(): void;
  /** Whether there is nothing to tell and nothing to forget. */
  readonly isIdle: boolean;
  close(grace: number): Promise<void>;
}

/** What a call has truly used. */
export interface Settlement {
  /** Once it was told, only its sums. */
  reservation: Reservation;
  readonly counter: Counter;
  /** What the sum of a key was opened with is told as 0. */
  readonly amounts: Record<string, number>;
  /** When the call began, and when it was settled. */
  readonly startedAt: number;
  readonly at: number;
  isTold: boolean;
}

interface Release {
  readonly reservation: Reservation;
  readonly counter: Counter;
  readonly at: number;
}

export interface EndingsOptions {
  /** By which each counter is asked. */
  readonly guardOf: (counter: Counter) => GuardedStore;
  readonly log: Log;
  readonly now: () => number;
  /** For how long settlements are remembered, in milliseconds. */
  readonly rememberedFor: number;
  /** There is something to be looked at. */
  readonly onWork: () => void;
}

/** Settlements that wait for a store that is away, and releases, which free themselves; of more the oldest are given up. */
const [mostSettlements, mostReleases] = [100_000, 20_000];
const mostRemembered = 100_000;

export function createEndings({ guardOf, log, now, rememberedFor, onWork }: EndingsOptions): Endings {
  const settlements = new Set<Settlement>();
  const releases = new Set<Release>();
  /** In the order in which they were settled. */
  const recent = new Set<Settlement>();
  /** Both. */
  const bySum = createBySum<Settlement>();
  const telling = new Set<Promise<unknown>>();
  let givenUp = 0;
  let draining: Promise<void> | undefined;

  /** False where the store did not take it. */
  const asks = async (counter: Counter, question: () => Promise<void>): Promise<boolean> =>
    guardOf(counter)
      .ask(question)
      .then(
        () => true,
        () => false,
      );

  /** Once it is neither waiting nor recent. */
  function forget(one: Settlement | undefined): void {
    if (one && !settlements.has(one) && !recent.has(one)) bySum.remove(one);
  }

  function keepWaiting(one: Settlement): void {
    const oldest = keepAmong(settlements, one, mostSettlements);
    bySum.add(one);
    forget(oldest);
    if (oldest) givenUp += 1;
  }

  async function tell(one: Settlement): Promise<boolean> {
    settlements.delete(one);
    const { counter, reservation, amounts } = one;
    one.isTold = await asks(counter, async () => counter.settle(reservation, { ...amounts }));
    if (one.isTold) {
      one.reservation = onlySums(reservation);
      if (givenUp > 0) log.error({ store: counter.name, calls: givenUp }, 'what so many calls used was never counted; the ledger knows it');
      givenUp = 0;
      forget(one);
    } else keepWaiting(one);
    return one.isTold;
  }

  async function free(one: Release): Promise<boolean> {
    releases.delete(one);
    // By now it has freed itself.
    if (now() - one.at > one.reservation.ttl) return true;
    const isDone = await asks(one.counter, async () => one.counter.release(one.reservation));
    if (!isDone) keepAmong(releases, one, mostReleases);
    return isDone;
  }

  async function drain(): Promise<void> {
    if (await fewAtOnce(settlements, tell)) await fewAtOnce(releases, free);
  }

  const drainOnce = (): Promise<void> => (draining ??= drain().finally(() => (draining = undefined)));

  function begin(work: Promise<unknown>): void {
    telling.add(work);
    void work.finally(() => telling.delete(work));
    onWork();
  }

  return {
    settle(reservation, counter, amounts, startedAt) {
      const one: Settlement = { reservation, counter, amounts: { ...amounts }, startedAt, at: now(), isTold: false };
      const isMoney = reservation.windows.some(({ kind }) => kind === 'sum');
      if (isMoney) forget(keepAmong(recent, one, mostRemembered));
      bySum.add(one);
      begin(tell(one));
    },
    release: (reservation, counter) => begin(free({ reservation, counter, at: now() })),
    ofSum: (root, key, since) => bySum.of(root, key).filter(({ at, isTold }) => !isTold || at >= since),
    async tellAgain(again) {
      const left = new Set(again);
      await fewAtOnce(again, async (one) => {
        const isDone = await asks(one.counter, async () => one.counter.settle(one.reservation, one.amounts));
        if (isDone) left.delete(one);
        return isDone;
      });
      // What was not taken waits like the others.
      for (const one of left) keepWaiting(one);
    },
    look() {
      void drainOnce();
      for (const one of recent) {
        if (one.at >= now() - rememberedFor) break;
        recent.delete(one);
        forget(one);
      }
    },
    get isIdle() {
      return settlements.size === 0 && releases.size === 0 && recent.size === 0;
    },
    async close(grace) {
      const until = performance.now() + grace;
      await Promise.all(telling);
      while (settlements.size + releases.size > 0 && performance.now() < until) {
        await drainOnce();
        if (settlements.size + releases.size > 0) await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
  };
}

/** The one that had to make room, if any. */
function keepAmong<Item>(items: Set<Item>, item: Item, most: number): Item | undefined {
  items.add(item);
  const [oldest] = items;
  if (items.size <= most || oldest === undefined) return undefined;
  items.delete(oldest);
  return oldest;
}

const onlySums = (reservation: Reservation): Reservation => ({
  ...reservation,
  windows: reservation.windows.filter(({ kind }) => kind === 'sum'),
});
