import type { Reservation } from '@ai-proxy/core';

/** One text for a sum of a root. Parts that hold any text are told apart by their lengths. */
export const placeOf = (root: string, key: string): string => `${root.length}:${root}${key}`;

/** The sums that a reservation counts in. */
export const placesOf = ({ root, windows }: Reservation): readonly string[] =>
  windows.flatMap(({ kind, key }) => (kind === 'sum' ? [placeOf(root, key)] : []));

/** Things by the sums in which they count: at the turn of a month every budget asks for its own at once. */
export interface BySum<Item> {
  add(item: Item): void;
  remove(item: Item): void;
  of(root: string, key: string): readonly Item[];
}

export function createBySum<Item extends { readonly reservation: Reservation }>(): BySum<Item> {
  const places = new Map<string, Set<Item>>();
  return {
    add(item) {
      for (const place of placesOf(item.reservation)) places.set(place, (places.get(place) ?? new Set()).add(item));
    },
    remove(item) {
      for (const place of placesOf(item.reservation)) {
        const those = places.get(place);
        those?.delete(item);
        if (those?.size === 0) places.delete(place);
      }
    },
    of: (root, key) => [...(places.get(placeOf(root, key)) ?? [])],
  };
}
