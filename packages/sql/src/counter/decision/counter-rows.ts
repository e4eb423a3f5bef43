import type { RateSlots } from '@ai-proxy/core/counter';

/** What a window has counted. */
export interface WindowRow {
  /** Of sums. */
  readonly spent: number;
  /** Of sums and gauges. */
  readonly reserved: number;
  /** Of rates. */
  readonly slots: RateSlots;
  /** Of sums that are open. */
  readonly openedAt: number | undefined;
  /** When it may be forgotten, unless something is reserved in it. */
  readonly keptUntil: number;
}

/** What a reservation has taken of one window. */
export type Hold = readonly [kind: 's' | 'r' | 'g', place: string, amount: number];

/** A call that holds a reservation, or one that has ended and is remembered. */
export interface CallRow {
  /** When it was reserved: rates are settled there. */
  readonly at: number;
  /** When its reservation frees itself, or its end is forgotten. */
  readonly expiresAt: number;
  /** Nothing once it has ended. */
  readonly holds: readonly Hold[] | undefined;
}

/** What a decision needs of a table; windows and calls by their names as they are stored. */
export interface CounterRows {
  window(place: string): WindowRow | undefined;
  call(id: string): CallRow | undefined;
}
