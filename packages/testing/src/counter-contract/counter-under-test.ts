import type { Counter, CounterWindow, Reservation, ReserveAnswer } from '@ai-proxy/core';

/** What a contract of counters is checked with. */
export interface CounterUnderTest {
  /** Opens an instance of the counter. All instances share one store, as several processes would; each check uses roots of its own. The check closes what it opens. */
  readonly open: () => Counter | Promise<Counter>;
  /** Lets time pass on the clock of the store: a clock of the test's is moved on, a real one is waited for. */
  readonly pass: (milliseconds: number) => void | Promise<void>;
}

/** What a check works with: two instances on one store, and a root that nobody else uses. */
export interface CounterScene {
  readonly counter: Counter;
  readonly other: Counter;
  readonly root: string;
  readonly pass: (milliseconds: number) => Promise<void>;
  /** A reservation that is held for long. */
  readonly reservation: (id: string, windows: readonly CounterWindow[], ttl?: number) => Reservation;
  /** What is used of sums and gauges, in the order asked. */
  readonly used: (
    ...windows: readonly { readonly kind: 'sum' | 'gauge'; readonly key: string }[]
  ) => Promise<readonly (number | undefined)[]>;
}

/** One thing that a counter has to get right. */
export interface CounterCheck {
  /** A sentence, unique in the contract. */
  readonly name: string;
  readonly run: (scene: CounterScene) => Promise<void>;
}

export const sum = (key: string, amount: number, limit?: number): CounterWindow => ({
  kind: 'sum',
  key,
  amount,
  ...(limit === undefined ? {} : { limit }),
});

export const gauge = (key: string, limit?: number): CounterWindow => ({
  kind: 'gauge',
  key,
  amount: 1,
  ...(limit === undefined ? {} : { limit }),
});

export const rate = (key: string, amount: number, limit: number, period = 60_000): CounterWindow => ({
  kind: 'rate',
  key,
  amount,
  limit,
  period,
});

/** Why a reservation was refused, in one word or the keys. */
export const verdict = (answer: ReserveAnswer): string =>
  answer.kind === 'refused' ? `refused by ${answer.refusals.map(({ key }) => key).join(', ')}` : answer.kind;
