/**
 * Counts what may not be exceeded: money, requests and tokens over a time, calls at once. Before a call its greatest possible amounts are reserved in all of
 * its windows or in none; after it the truth is settled. `memoryCounter()` serves one process; the forms of `@ai-proxy/sql` and `@ai-proxy/redis` serve
 * several. All amounts are integers, money in millionths of a US dollar. Times are durations in milliseconds, measured on the store's own clock: the clocks
 * of those who call do not matter.
 */
export interface Counter {
  /** For errors and the log. */
  readonly name: string;
  /**
   * Reserves in every window, or in none. Expired reservations of the same root are freed before. A reservation whose id is held already is answered
   * as reserved, and counted once; one whose id was settled or released is answered as ended, and counts nothing: what was given up while it was on its way
   * leaves nothing behind.
   */
  reserve(reservation: Reservation): Promise<ReserveAnswer>;
  /**
   * Holds a reservation for its `ttl` from now on. One that the store has lost or freed is held again in its sums and gauges, without asking their limits: the call is under way. Its rates are left as they are, then and when it ends. False
   * where it was settled or released before; then nothing changes.
   */
  renew(reservation: Reservation): Promise<boolean>;
  /**
   * Ends a reservation with what was truly consumed, by the keys of its windows; a window that is not named is settled at what was reserved. The first
   * end counts, later ones change nothing; the store remembers ended ids for two minutes at least. Sums take the truth; rates put it in the place of
   * what was reserved, at the time of the reservation, and what goes beyond that at the time of the settlement; gauges become free. A reservation that has
   * expired or been lost is added to its sums all the same: what was consumed was consumed.
   */
  settle(reservation: Reservation, amounts: Readonly<Record<string, number>>): Promise<void>;
  /** Ends a reservation that consumed nothing: as if it was settled at 0 in every window. */
  release(reservation: Reservation): Promise<void>;
  /**
   * Says what had been spent in sums that a `reserve` answered to be missing. The first to say so counts; for a sum that is open already it changes
   * nothing. Settlements that came while the sum was missing are kept, and added to what is said here.
   */
  open(root: string, sums: readonly OpenedSum[]): Promise<void>;
  /** How windows stand, in the order asked; expired reservations do not count. Nothing for a sum that is missing. */
  read(root: string, windows: readonly WindowName[]): Promise<readonly (WindowReading | undefined)[]>;
  /** Lets go of what it holds open. */
  close(): Promise<void>;
}

/** What one call wants to have counted. */
export interface Reservation {
  /** Unique, such as the id of the call. */
  readonly id: string;
  /** Under which all of its windows live, such as the tenant's name: what is counted together lies on one node of a cluster. Keys of windows are unique within it. */
  readonly root: string;
  /** How long it is held without being renewed, in milliseconds. An expired reservation frees itself. */
  readonly ttl: number;
  /** Each key once. */
  readonly windows: readonly CounterWindow[];
}

/** One thing that is counted. A key stands for one kind, and for one period. */
export type CounterWindow = SumWindow | RateWindow | GaugeWindow;

interface WindowParts {
  readonly key: string;
  /** An integer, not negative. */
  readonly amount: number;
  /** What may not be exceeded: the window refuses where what is used, reserved and wanted is more. Without it the window counts and never refuses. */
  readonly limit?: number;
}

/**
 * A sum that only grows, such as the money of a month; the key names the span. It has to be opened once with what was spent before: until then
 * `reserve` answers that it is missing.
 */
export interface SumWindow extends WindowParts {
  readonly kind: 'sum';
  /** For how long it is to be kept after its last use, in milliseconds; by default for ever. */
  readonly keep?: number;
}

/**
 * An amount over time, such as requests in a minute: in no span of `period` is more admitted than `limit`, wherever the span begins. Time is counted in
 * thirtieths of the period: an amount counts for the period at least, and for a thirtieth longer at most.
 */
export interface RateWindow extends WindowParts {
  readonly kind: 'rate';
  /** In milliseconds. */
  readonly period: number;
}

/** What is under way at once. */
export interface GaugeWindow extends WindowParts {
  readonly kind: 'gauge';
}

/** Names a window to be read. */
export type WindowName =
  | { readonly kind: 'sum' | 'gauge'; readonly key: string }
  | { readonly kind: 'rate'; readonly key: string; readonly period: number };

/** What had been spent in a sum before it was counted here. */
export interface OpenedSum {
  readonly key: string;
  readonly spent: number;
  /** As in {@link SumWindow}. */
  readonly keep?: number;
}

/** What came of a reservation. The readings are in the order of the windows, and of the moment after it. */
export type ReserveAnswer =
  | { readonly kind: 'reserved'; readonly readings: readonly WindowReading[] }
  /** Nothing was reserved, because of the windows that are named. */
  | { readonly kind: 'refused'; readonly refusals: readonly Refusal[]; readonly readings: readonly WindowReading[] }
  /** Nothing was reserved, because the sums of these keys have not been opened. */
  | { readonly kind: 'missing'; readonly keys: readonly string[] }
  /** Nothing was reserved, because a reservation of this id was settled or released before. */
  | { readonly kind: 'ended' };

/** A window that would have been exceeded. */
export interface Refusal {
  readonly key: string;
  /** Milliseconds until a rate would let the amount through if nothing else came; nothing where time alone does not help. */
  readonly retryIn: number | undefined;
}

/** How a window stands. */
export interface WindowReading {
  readonly key: string;
  /** All that counts against its limit: what was consumed and what is reserved. */
  readonly used: number;
  /** Of that, what is only reserved; 0 for rates, where a reservation counts as an amount until it is settled. */
  readonly reserved: number;
  /** Milliseconds until nothing counts any more; 0 but for rates. */
  readonly resetIn: number;
  /**
   * When a sum was opened, in Unix milliseconds of the store; 0 but for sums. A reader who has seen another time before knows that the store has lost the sum
   * meanwhile.
   */
  readonly openedAt: number;
}
