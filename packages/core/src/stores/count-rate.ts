/** Into how many parts the period of a rate is divided. */
export const slotsPerPeriod = 30;

/** What counts of a rate: amounts by the number of the slot of time in which they came. At most one more than {@link slotsPerPeriod} matter. */
export type RateSlots = ReadonlyMap<number, number>;

/** The slot that a moment of the store's clock is in. Whole numbers all the way: a quotient of broken ones could land in the slot beside it. */
export const slotOf = (period: number, now: number): number => Math.floor((now * slotsPerPeriod) / period);

/** Whether what came in a slot counts still: every moment of the slot has to be a whole period ago first. */
export const slotCounts = (slot: number, period: number, now: number): boolean => slotOf(period, now) <= slot + slotsPerPeriod;

/** What counts at a moment. */
export function rateUsed(slots: RateSlots, period: number, now: number): number {
  let used = 0;
  for (const [slot, amount] of slots) if (slotCounts(slot, period, now)) used += amount;
  return used;
}

/** The slots that still count, with an amount added to one of them. */
export function addToSlot(slots: RateSlots, slot: number, amount: number, period: number, now: number): RateSlots {
  const kept = new Map([...slots].filter(([one]) => slotCounts(one, period, now)));
  const sum = (kept.get(slot) ?? 0) + amount;
  if (sum > 0) kept.set(slot, sum);
  else kept.delete(slot);
  return kept;
}

/** Milliseconds until an amount fits below a limit if nothing else comes; nothing where it never does. */
export function rateFreeIn(slots: RateSlots, period: number, now: number, limit: number, amount: number): number | undefined {
  if (amount > limit) return undefined;
  let used = rateUsed(slots, period, now);
  for (const [slot, counted] of [...slots].toSorted(([one], [other]) => one - other)) {
    if (used + amount <= limit) break;
    if (!slotCounts(slot, period, now)) continue;
    used -= counted;
    if (used + amount <= limit) return freeAt(slot, period) - now;
  }
  return 0;
}

/** Milliseconds until nothing counts any more. */
export function rateResetIn(slots: RateSlots, period: number, now: number): number {
  let last = now;
  for (const slot of slots.keys()) if (slotCounts(slot, period, now)) last = Math.max(last, freeAt(slot, period));
  return last - now;
}

const freeAt = (slot: number, period: number): number => Math.ceil(((slot + slotsPerPeriod + 1) * period) / slotsPerPeriod);
