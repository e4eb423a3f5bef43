import { checkAmounts, checkReservation } from './check-reservation.ts';
import type { Counter, CounterWindow, Refusal, Reservation, WindowName, WindowReading } from './counter.ts';
import { createMemoryWindows } from './memory-windows.ts';
import type { MemoryWindows } from './memory-windows.ts';
import { slotOf } from './count-rate.ts';

export interface MemoryCounterOptions {
  /** For errors and the log. @default 'memory counter' */
  readonly name?: string;
  /** The time in milliseconds. @default a clock that only goes forward */
  readonly now?: () => number;
  /**
   * Windows that are kept; of more the one that was used longest ago is forgotten, unless something is reserved in it. A forgotten sum has to be opened
   * again. @default 100000
   */
  readonly windows?: number;
}

/** A reservation that is under way. */
interface Held {
  readonly root: string;
  readonly windows: readonly CounterWindow[];
  /** When it was reserved: rates are settled there. */
  readonly at: number;
  expiresAt: number;
}

/** Ended ids are remembered for so long. */
const memory = 2 * 60_000;

/** A counter for one process; it is gone with it, and bounded. */
export function memoryCounter({
  name = 'memory counter',
  now: clock = monotonic,
  windows: mostWindows = 100_000,
}: MemoryCounterOptions = {}): Counter {
  const windows = createMemoryWindows(mostWindows);
  const held = new Map<string, Held>();
  /** By when they may be forgotten; in the order in which they ended. */
  const ended = new Map<string, number>();

  /** Whole milliseconds, as stores that are asked from afar count them. */
  const tick = (): number => {
    const now = Math.floor(clock());
    freeExpired(now);
    for (const [id, until] of ended) {
      if (until > now) break;
      ended.delete(id);
    }
    return now;
  };

  let nextExpiry = Infinity;

  function freeExpired(now: number): void {
    if (now < nextExpiry) return;
    nextExpiry = Infinity;
    for (const [place, one] of held) {
      if (one.expiresAt > now) nextExpiry = Math.min(nextExpiry, one.expiresAt);
      else {
        held.delete(place);
        windows.free(one.root, one.windows);
      }
    }
  }

  function hold(place: string, { root, ttl, windows: wanted }: Reservation, now: number): void {
    held.set(place, { root, windows: wanted, at: now, expiresAt: now + ttl });
    nextExpiry = Math.min(nextExpiry, now + ttl);
  }

  function settle(reservation: Reservation, amountOf: (window: CounterWindow) => number): void {
    checkReservation(reservation);
    const now = tick();
    const place = placeOf(reservation);
    if (ended.has(place)) return;
    const one = held.get(place);
    held.delete(place);
    ended.set(place, now + Math.max(memory, reservation.ttl));
    if (one) windows.free(one.root, one.windows);
    for (const window of reservation.windows) {
      const amount = amountOf(window);
      if (window.kind === 'sum') windows.spend(reservation.root, window, amount, now);
      // One that was held again has taken nothing of its rates: there is nothing to put right, and what others took stays.
      const took = window.kind === 'rate' && one?.windows.some(({ key }) => key === window.key) === true;
      if (window.kind === 'rate' && one && took) correctRate(windows, reservation.root, window, amount, slotOf(window.period, one.at), now);
    }
  }

  return {
    name,
    async reserve(reservation) {
      checkReservation(reservation);
      const now = tick();
      const place = placeOf(reservation);
      const { root, windows: wanted } = reservation;
      if (ended.has(place)) return { kind: 'ended' };
      const readings = (): WindowReading[] => wanted.flatMap((window) => windows.read(root, window, now) ?? []);
      if (held.has(place)) return { kind: 'reserved', readings: readings() };
      const missing = wanted.filter((window) => window.kind === 'sum' && !windows.isOpen(root, window.key, now));
      if (missing.length > 0) return { kind: 'missing', keys: missing.map(({ key }) => key) };
      const refusals = wanted.map((window) => windows.refusal(root, window, now)).filter((one): one is Refusal => one !== undefined);
      if (refusals.length > 0) return { kind: 'refused', refusals, readings: readings() };
      windows.take(root, wanted, now);
      hold(place, reservation, now);
      return { kind: 'reserved', readings: readings() };
    },
    async renew(reservation) {
      checkReservation(reservation);
      const now = tick();
      const place = placeOf(reservation);
      if (ended.has(place)) return false;
      const one = held.get(place);
      if (one) one.expiresAt = now + reservation.ttl;
      else {
        // What it took of rates has not been given back, and is not taken twice.
        const windowsAgain = reservation.windows.filter(({ kind }) => kind !== 'rate');
        windows.take(reservation.root, windowsAgain, now);
        hold(place, { ...reservation, windows: windowsAgain }, now);
      }
      return true;
    },
    async settle(reservation, amounts) {
      checkAmounts(amounts);
      settle(reservation, ({ key, amount }) => (Object.hasOwn(amounts, key) ? (amounts[key] ?? amount) : amount));
    },
    async release(reservation) {
      settle(reservation, () => 0);
    },
    async open(root, sums) {
      const now = tick();
      checkAmounts(Object.fromEntries(sums.map(({ key, spent }) => [key, spent])));
      for (const sum of sums) windows.open(root, sum, now);
    },
    async read(root, names: readonly WindowName[]) {
      const now = tick();
      return names.map((one) => windows.read(root, one, now));
    },
    async close() {
      // Nothing is held open.
    },
  };
}

/** Whoever shares a machine may set its clock; nobody can set this one. */
const monotonic = (): number => performance.timeOrigin + performance.now();

/** Parts that hold any text are told apart by their lengths. */
const placeOf = ({ root, id }: Reservation): string => `${root.length}:${root}${id}`;

/** What was reserved gives way to the truth where it was counted; what goes beyond it counts from now on. */
function correctRate(
  windows: MemoryWindows,
  root: string,
  window: Extract<CounterWindow, { kind: 'rate' }>,
  truth: number,
  slot: number,
  now: number,
): void {
  const difference = truth - window.amount;
  if (difference < 0) windows.addToRate(root, window, slot, difference, now);
  if (difference > 0) windows.addToRate(root, window, slotOf(window.period, now), difference, now);
}
