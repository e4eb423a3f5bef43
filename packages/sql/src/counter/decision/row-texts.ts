import type { RateSlots } from '@ai-proxy/core/counter';
import type { Hold } from './counter-rows.ts';

/** Slots and amounts, one after the other; most windows have none. */
export const toSlotsText = (slots: RateSlots): string => (slots.size === 0 ? '' : [...slots].join(' '));

export function fromSlotsText(text: string): RateSlots {
  if (text === '') return noSlots;
  return new Map(
    text.split(' ').map((pair) => {
      const [slot, amount] = pair.split(',');
      return [Number(slot), Number(amount)];
    }),
  );
}

const noSlots: RateSlots = new Map();

export const toHoldsText = (holds: readonly Hold[]): string => JSON.stringify(holds);

// Written by the function above.
export const fromHoldsText = (text: string): readonly Hold[] => JSON.parse(text) as readonly Hold[];
