import type { KeyRecord } from '@ai-proxy/core';

/** Keys that were looked up lately, by the hashes by which they were found; bounded, and each for a while. */
export interface KeyMemory {
  find(hash: string): KeyRecord | undefined;
  keep(hash: string, record: KeyRecord): void;
  /** Forgets a key under all of its hashes. */
  forget(id: string): void;
  clear(): void;
}

interface Kept {
  readonly record: KeyRecord;
  readonly until: number;
}

export function createKeyMemory(most: number, ttl: number, now: () => number): KeyMemory {
  /** The one that was used longest ago stands first. */
  const byHash = new Map<string, Kept>();
  const hashesById = new Map<string, Set<string>>();

  function drop(hash: string): void {
    const id = byHash.get(hash)?.record.id;
    if (id === undefined) return;
    byHash.delete(hash);
    const hashes = hashesById.get(id);
    hashes?.delete(hash);
    if (hashes?.size === 0) hashesById.delete(id);
  }

  return {
    find(hash) {
      const kept = byHash.get(hash);
      if (!kept) return undefined;
      if (kept.until <= now()) {
        drop(hash);
        return undefined;
      }
      byHash.delete(hash);
      byHash.set(hash, kept);
      return kept.record;
    },
    keep(hash, record) {
      drop(hash);
      byHash.set(hash, { record, until: now() + ttl });
      hashesById.set(record.id, (hashesById.get(record.id) ?? new Set()).add(hash));
      if (byHash.size <= most) return;
      for (const oldest of byHash.keys()) {
        drop(oldest);
        break;
      }
    },
    forget(id) {
      for (const hash of hashesById.get(id) ?? []) byHash.delete(hash);
      hashesById.delete(id);
    },
    clear() {
      byHash.clear();
      hashesById.clear();
    },
  };
}
