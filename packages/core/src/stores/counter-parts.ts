// What counters are made of, for who writes one. An entry of its own: a thread that only counts loads no proxy.
export { checkAmounts, checkReservation } from './check-reservation.ts';
export { addToSlot, rateFreeIn, rateResetIn, rateUsed, slotCounts, slotOf, slotsPerPeriod } from './count-rate.ts';
export type { RateSlots } from './count-rate.ts';
