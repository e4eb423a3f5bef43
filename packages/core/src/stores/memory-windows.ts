import { addToSlot, rateFreeIn, rateResetIn, rateUsed, slotOf } from './count-rate.ts';
import type { RateSlots } from './count-rate.ts';
import type { CounterWindow, OpenedSum, Refusal, SumWindow, WindowName, WindowReading } from './counter.ts';

/** The windows of a counter in memory: what each has counted. Knows nothing of reservations but what they take and give back. */
export interface MemoryWindows {
  isOpen(root: string, key: string, now: number): boolean;
  open(root: string, sum: OpenedSum, now: number): void;
  /** Why a window does not let an amount through; nothing where it does. */
  refusal(root: string, window: CounterWindow, now: number): Refusal | undefined;
  take(root: string, windows: readonly CounterWindow[], now: number): void;
  /** Gives back what sums and gauges only hold. */
  free(root: string, windows: readonly CounterWindow[]): void;
  spend(root: string, window: SumWindow, amount: number, now: number): void;
  addToRate(root: string, window: { readonly key: string; readonly period: number }, slot: number, amount: number, now: number): void;
  read(root: string, name: WindowName, now: number): WindowReading | undefined;
}

interface Counted {
  /** Of sums. */
  spent: number;
  /** Of sums and gauges. */
  reserved: number;
  /** Of rates. */
  slots: RateSlots;
  openedAt: number | undefined;
  /** When it may be forgotten. */
  keptUntil: number;
}

const noSlots: RateSlots = new Map();

export function createMemoryWindows(most: number): MemoryWindows {
  /** The one that was used longest ago stands first. */
  const windows = new Map<string, Counted>();
  const placeOf = (root: string, key: string): string => `${root.length}:${root}${key}`;

  /** Forgotten at its time, also where nobody has come by since. */
  function find(root: string, key: string, now: number): Counted | undefined {
    const place = placeOf(root, key);
    const counted = windows.get(place);
    if (counted && counted.keptUntil <= now && counted.reserved === 0) {
      windows.delete(place);
      return undefined;
    }
    return counted;
  }

  function use(root: string, key: string, now: number, keep: number | undefined): Counted {
    const place = placeOf(root, key);
    const counted = find(root, key, now) ?? { spent: 0, reserved: 0, slots: noSlots, openedAt: undefined, keptUntil: 0 };
    counted.keptUntil = keep === undefined ? Infinity : now + keep;
    windows.delete(place);
    windows.set(place, counted);
    if (windows.size > most) makeRoom(now);
    return counted;
  }

  /** Forgets first what counts nothing any more, as far as a few looks find it; what is held is never forgotten. */
  function makeRoom(now: number): void {
    let oldest: string | undefined;
    let looks = 32;
    for (const [place, { reserved, keptUntil }] of windows) {
      if (looks === 0) break;
      looks -= 1;
      if (reserved > 0) continue;
      oldest ??= place;
      if (keptUntil > now) continue;
      windows.delete(place);
      return;
    }
    if (oldest !== undefined) windows.delete(oldest);
  }

  return {
    isOpen: (root, key, now) => find(root, key, now)?.openedAt !== undefined,
    open(root, { key, spent, keep }, now) {
      const sum = use(root, key, now, keep);
      if (sum.openedAt !== undefined) return;
      sum.openedAt = now;
      sum.spent += spent;
    },
    refusal(root, window, now) {
      const { key, kind, amount, limit } = window;
      if (limit === undefined) return undefined;
      const counted = find(root, key, now);
      if (kind === 'rate') {
        const slots = counted?.slots ?? noSlots;
        if (rateUsed(slots, window.period, now) + amount <= limit) return undefined;
        return { key, retryIn: rateFreeIn(slots, window.period, now, limit, amount) };
      }
      const used = (counted?.spent ?? 0) + (counted?.reserved ?? 0);
      return used + amount <= limit ? undefined : { key, retryIn: undefined };
    },
    take(root, wanted, now) {
      for (const window of wanted) {
        if (window.kind === 'rate') {
          this.addToRate(root, window, slotOf(window.period, now), window.amount, now);
          continue;
        }
        use(root, window.key, now, window.kind === 'sum' ? window.keep : 0).reserved += window.amount;
      }
    },
    free(root, held) {
      for (const { kind, key, amount } of held) {
        const counted = kind === 'rate' ? undefined : windows.get(placeOf(root, key));
        if (counted) counted.reserved = Math.max(0, counted.reserved - amount);
      }
    },
    spend(root, { key, keep }, amount, now) {
      use(root, key, now, keep).spent += amount;
    },
    addToRate(root, { key, period }, slot, amount, now) {
      const rate = use(root, key, now, 2 * period);
      rate.slots = addToSlot(rate.slots, slot, amount, period, now);
    },
    read(root, name, now) {
      const counted = find(root, name.key, now);
      if (name.kind === 'rate') {
        const slots = counted?.slots ?? noSlots;
        const used = rateUsed(slots, name.period, now);
        return { key: name.key, used, reserved: 0, resetIn: rateResetIn(slots, name.period, now), openedAt: 0 };
      }
      if (name.kind === 'sum' && counted?.openedAt === undefined) return undefined;
      const { spent = 0, reserved = 0, openedAt = 0 } = counted ?? {};
      return { key: name.key, used: spent + reserved, reserved, resetIn: 0, openedAt };
    },
  };
}
