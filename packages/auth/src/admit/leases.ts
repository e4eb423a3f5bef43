import { TooLate, within } from '@ai-proxy/core';
import type { Counter, Reservation } from '@ai-proxy/core';
import type { GuardedStore } from '../store/guarded-store.ts';
import type { Endings } from './endings.ts';
import { placeOf, placesOf } from './sum-places.ts';
import { fewAtOnce } from './few-at-once.ts';

/** Keeps reservations alive while their calls are. */
export interface Leases {
  hold(reservation: Reservation, counter: Counter): void;
  /** The call has ended. */
  drop(id: string): void;
  /** Whether a call is under way that counts in a window. */
  holds(root: string, key: string): boolean;
  /** Renews all that is under way, for a store that may have lost it. False where the store did not take all of it within the time. */
  renewAll(timeout: number): Promise<boolean>;
  /** Nothing is renewed any more. */
  stop(): void;
}

export interface LeasesOptions {
  readonly guardOf: (counter: Counter) => GuardedStore;
  readonly endings: () => Endings;
  readonly now: () => number;
  /** How often what is held is looked at, in milliseconds. */
  readonly interval: number;
}

interface Held {
  readonly reservation: Reservation;
  readonly counter: Counter;
  renewedAt: number;
}

/** What is under way, and a clock that looks at it and at what has ended; it runs only while there is something to look at, and keeps no process alive. */
export function createLeases({ guardOf, endings, now, interval }: LeasesOptions): Leases & { wake(): void } {
  const held = new Map<string, Held>();
  /** How many of them count in each sum. */
  const countBySum = new Map<string, number>();
  let timer: ReturnType<typeof setInterval> | undefined;
  let renewing: Promise<boolean> | undefined;
  let lastPass: Promise<unknown> = Promise.resolve();
  let nextPass: Promise<boolean> | undefined;

  function wake(): void {
    if (timer !== undefined) return;
    timer = setInterval(look, interval);
    if (typeof timer === 'object' && 'unref' in timer) timer.unref();
  }

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
  }

  function look(): void {
    const moment = now();
    const due = [...held.values()].filter((one) => moment - one.renewedAt >= one.reservation.ttl / 3);
    if (due.length > 0) renewing ??= fewAtOnce(due, renew).finally(() => (renewing = undefined));
    endings().look();
    if (held.size === 0 && endings().isIdle) stop();
  }

  async function renew(one: Held): Promise<boolean> {
    const { reservation, counter } = one;
    // It has ended meanwhile.
    if (held.get(reservation.id) !== one) return true;
    const before = one.renewedAt;
    one.renewedAt = now();
    try {
      await guardOf(counter).ask(async () => counter.renew(reservation));
      return true;
    } catch {
      // It is tried again at the next look; what has expired by then is held again.
      one.renewedAt = before;
      return false;
    }
  }

  /** Whoever asks while one pass is under way gets the next: what that one has renewed already may have been lost since. */
  function passOnce(): Promise<boolean> {
    nextPass ??= lastPass.then(async () => {
      nextPass = undefined;
      const pass = fewAtOnce(held.values(), renew);
      lastPass = pass;
      return pass;
    });
    return nextPass;
  }

  return {
    wake,
    stop,
    hold(reservation, counter) {
      held.set(reservation.id, { reservation, counter, renewedAt: now() });
      for (const place of placesOf(reservation)) countBySum.set(place, (countBySum.get(place) ?? 0) + 1);
      wake();
    },
    drop(id) {
      const one = held.get(id);
      held.delete(id);
      for (const place of one ? placesOf(one.reservation) : []) {
        const left = (countBySum.get(place) ?? 0) - 1;
        if (left > 0) countBySum.set(place, left);
        else countBySum.delete(place);
      }
    },
    holds: (root, key) => countBySum.has(placeOf(root, key)),
    async renewAll(timeout) {
      if (held.size === 0) return true;
      try {
        return await within(passOnce(), timeout);
      } catch (error) {
        if (error instanceof TooLate) return false;
        throw error;
      }
    },
  };
}
