import type { Counter, Log, Reservation } from '@ai-proxy/core';
import type { GuardedStore } from '../store/guarded-store.ts';

/** Keeps reservations alive while their calls are, and ends them with the truth, also where the store is away for a while. */
export interface Leases {
  hold(reservation: Reservation, counter: Counter): void;
  /** The first end counts. Never waited for. */
  end(reservation: Reservation, counter: Counter, amounts: Readonly<Record<string, number>> | 'release'): void;
  /** Says what this process has settled of late, for a store that has lost it. */
  settledSince(key: string, moment: number): readonly Ending[];
  /** Tries for a while to say what is still to be said. */
  close(grace: number): Promise<void>;
}

export interface Ending {
  readonly reservation: Reservation;
  readonly counter: Counter;
  readonly amounts: Readonly<Record<string, number>> | 'release';
  readonly at: number;
}

export interface LeasesOptions {
  /** By which each counter is asked. */
  readonly guardOf: (counter: Counter) => GuardedStore;
  readonly log: Log;
  readonly now: () => number;
  /** How often what is held is looked at, in milliseconds. */
  readonly interval: number;
}

/** Endings that wait for a store that is away; of more the oldest are given up, and their reservations free themselves. */
const mostWaiting = 100_000;
/** What was settled of late is remembered for as long as a ledger may lag behind. */
const rememberedFor = 30_000;
const mostRemembered = 10_000;

export function createLeases({ guardOf, log, now, interval }: LeasesOptions): Leases {
  const held = new Map<string, { readonly reservation: Reservation; readonly counter: Counter; renewedAt: number }>();
  const waiting = new Set<Ending>();
  const settled: Ending[] = [];
  const telling = new Set<Promise<boolean>>();
  let timer: ReturnType<typeof setInterval> | undefined;

  /** The clock runs only while there is something to look at, and keeps no process alive. */
  function wake(): void {
    if (timer !== undefined) return;
    timer = setInterval(look, interval);
    if (typeof timer === 'object' && 'unref' in timer) timer.unref();
  }

  function look(): void {
    const moment = now();
    for (const one of held.values()) {
      if (moment - one.renewedAt < one.reservation.ttl / 3) continue;
      one.renewedAt = moment;
      void guardOf(one.counter)
        .ask(async () => one.counter.renew(one.reservation))
        .catch(noMatter);
    }
    void drain();
    while (settled[0] && settled[0].at < moment - rememberedFor) settled.shift();
    if (held.size === 0 && waiting.size === 0 && settled.length === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  }

  /** False where the store did not take it; it waits then. */
  async function tell(ending: Ending): Promise<boolean> {
    const { reservation, counter, amounts } = ending;
    waiting.delete(ending);
    try {
      await guardOf(counter).ask(async () => (amounts === 'release' ? counter.release(reservation) : counter.settle(reservation, amounts)));
      return true;
    } catch {
      waiting.add(ending);
      const [oldest] = waiting;
      if (waiting.size > mostWaiting && oldest) {
        waiting.delete(oldest);
        log.error({ store: counter.name, id: oldest.reservation.id }, 'what a call used could not be counted; the ledger knows it');
      }
      wake();
      return false;
    }
  }

  let isDraining = false;

  /** One after the other: a store that is away is not asked for each of thousands. */
  async function drain(): Promise<void> {
    if (isDraining) return;
    isDraining = true;
    for (const ending of waiting) if (!(await tell(ending))) break;
    isDraining = false;
  }

  return {
    hold(reservation, counter) {
      held.set(reservation.id, { reservation, counter, renewedAt: now() });
      wake();
    },
    end(reservation, counter, amounts) {
      held.delete(reservation.id);
      const ending: Ending = { reservation, counter, amounts, at: now() };
      if (amounts !== 'release') {
        settled.push(ending);
        if (settled.length > mostRemembered) settled.shift();
      }
      const told = tell(ending).finally(() => telling.delete(told));
      telling.add(told);
    },
    settledSince: (key, moment) =>
      settled.filter(({ at, reservation }) => at >= moment && reservation.windows.some((window) => window.key === key)),
    async close(grace) {
      const until = performance.now() + grace;
      await Promise.all(telling);
      while (waiting.size > 0 && performance.now() < until) {
        await drain();
        if (waiting.size > 0) await new Promise((resolve) => setTimeout(resolve, 50));
      }
      clearInterval(timer);
      timer = undefined;
    },
  };
}

/** It is tried again; what expires meanwhile is held again. */
const noMatter = (): void => undefined;
