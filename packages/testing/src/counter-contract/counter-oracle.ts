import type { CounterWindow, Reservation } from '@ai-proxy/core';

/** What a counter ought to say, in the plainest form: it writes down all that happens, and adds up when it is asked. */
export interface CounterOracle {
  reserve(reservation: Reservation, now: number): string;
  renew(reservation: Reservation, now: number): boolean;
  settle(reservation: Reservation, amounts: Readonly<Record<string, number>>, now: number): void;
  open(key: string, spent: number): void;
  used(window: CounterWindow, now: number): number | undefined;
}

interface Entry {
  readonly id: string;
  readonly window: CounterWindow;
  /** When it began to count. */
  readonly at: number;
  amount: number;
  expiresAt: number;
  state: 'held' | 'freed' | 'ended';
}

export function counterOracle(): CounterOracle {
  const entries: Entry[] = [];
  /** Until when each id is held, whatever it counts in. */
  const heldUntil = new Map<string, number>();
  const ended = new Set<string>();
  const opened = new Map<string, number>();
  const truths: { key: string; amount: number }[] = [];

  const expire = (now: number): void => {
    for (const entry of entries) if (entry.state === 'held' && entry.expiresAt <= now) entry.state = 'freed';
    for (const [id, until] of heldUntil) if (until <= now) heldUntil.delete(id);
  };

  const total = (amounts: readonly { readonly amount: number }[]): number => amounts.reduce((sum, { amount }) => sum + amount, 0);

  function used(window: CounterWindow, now: number): number {
    const here = entries.filter((entry) => entry.window.key === window.key);
    if (window.kind === 'rate') {
      const slot = window.period / 30;
      return total(here.filter(({ at }) => now < Math.floor(at / slot) * slot + slot + window.period));
    }
    const held = total(here.filter(({ state }) => state === 'held'));
    return window.kind === 'gauge' ? held : held + total(truths.filter(({ key }) => key === window.key)) + (opened.get(window.key) ?? 0);
  }

  const add = ({ id, ttl }: Reservation, windows: readonly CounterWindow[], now: number): void => {
    heldUntil.set(id, now + ttl);
    for (const window of windows) entries.push({ id, window, at: now, amount: window.amount, expiresAt: now + ttl, state: 'held' });
  };

  return {
    reserve(reservation, now) {
      expire(now);
      const { id, windows } = reservation;
      if (ended.has(id)) return 'ended';
      if (heldUntil.has(id)) return 'reserved';
      if (windows.some(({ kind, key }) => kind === 'sum' && !opened.has(key))) return 'missing';
      const refusing = windows.filter((window) => window.limit !== undefined && used(window, now) + window.amount > window.limit);
      if (refusing.length > 0) return `refused by ${refusing.map(({ key }) => key).join(', ')}`;
      add(reservation, windows, now);
      return 'reserved';
    },
    renew(reservation, now) {
      expire(now);
      const { id, windows, ttl } = reservation;
      if (ended.has(id)) return false;
      if (heldUntil.has(id)) {
        heldUntil.set(id, now + ttl);
        for (const entry of entries) if (entry.id === id && entry.state === 'held') entry.expiresAt = now + ttl;
      } else {
        const others = windows.filter(({ kind }) => kind !== 'rate');
        add(reservation, others, now);
      }
      return true;
    },
    settle({ id, windows }, amounts, now) {
      expire(now);
      if (ended.has(id)) return;
      ended.add(id);
      heldUntil.delete(id);
      const mine = entries.filter((entry) => entry.id === id && entry.state === 'held');
      for (const window of windows) {
        const truth = amounts[window.key] ?? window.amount;
        if (window.kind === 'sum') truths.push({ key: window.key, amount: truth });
        const entry = mine.find((one) => one.window.key === window.key);
        if (window.kind !== 'rate' || !entry) continue;
        entry.amount = Math.min(truth, window.amount);
        if (truth > window.amount) entries.push({ ...entry, at: now, amount: truth - window.amount, state: 'ended' });
      }
      for (const entry of mine) entry.state = 'ended';
    },
    open(key, spent) {
      if (!opened.has(key)) opened.set(key, spent);
    },
    used(window, now) {
      expire(now);
      return window.kind === 'sum' && !opened.has(window.key) ? undefined : used(window, now);
    },
  };
}
