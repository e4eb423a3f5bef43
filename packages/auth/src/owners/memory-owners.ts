import type { ObjectName, ObjectOwners, OwnedObject } from './object-owners.ts';

/**
 * Remembers owners in this process, and forgets them with it: what was made before is then nobody's. It is bounded by nothing but what callers make; for anything but tests
 * and single runs there is `sqlOwners()`.
 */
export function memoryOwners(): ObjectOwners {
  const known = new Map<string, OwnedObject>();
  // Ids may hold any text: as JSON no two names read alike.
  const placeOf = ({ provider, kind, id }: ObjectName): string => JSON.stringify([provider, kind, id]);

  return {
    name: 'owners in memory',
    async record(objects) {
      return objects.map(({ provider, kind, id, owner }) => {
        const place = placeOf({ provider, kind, id });
        const before = known.get(place);
        if (!before) known.set(place, { provider, kind, id, owner });
        return before?.owner ?? owner;
      });
    },
    async find(objects) {
      return objects.map((one) => known.get(placeOf(one))?.owner);
    },
    async forget(objects) {
      for (const one of objects) known.delete(placeOf(one));
    },
    async count(of) {
      return [...known.values()].filter((one) => one.owner === of.owner && one.provider === of.provider && one.kind === of.kind).length;
    },
    async list(owner, cursor, size = 100) {
      const places = [...known]
        .filter(([place, one]) => one.owner === owner && (cursor === undefined || place > cursor))
        .toSorted(([one], [other]) => (one < other ? -1 : 1));
      const page = places.slice(0, size);
      const last = page.at(-1);
      return { objects: page.map(([, one]) => one), ...(last && places.length > size ? { next: last[0] } : {}) };
    },
    async close() {},
  };
}
