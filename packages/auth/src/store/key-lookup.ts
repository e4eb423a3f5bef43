import type { KeyRecord, KeyStore } from '@ai-proxy/core';
import { isSameHash } from '../key/key-text.ts';
import { checkRecord } from './check-record.ts';
import { guardStore } from './guarded-store.ts';
import type { StorePatience } from './guarded-store.ts';

/** Finds keys, and remembers them for a moment. */
export interface KeyLookup {
  byHash(hash: string): Promise<KeyRecord | undefined>;
  byId(id: string): Promise<KeyRecord | undefined>;
  close(): void;
}

export interface KeyLookupOptions {
  readonly store: KeyStore;
  readonly patience: StorePatience;
  /** Keys that are remembered; the one that was used longest ago makes room. */
  readonly remembered: number;
  readonly now: () => number;
}

/** What is remembered is used only where the store was asked for changes not longer ago than this: a revoked key is dead everywhere within it. */
const freshFor = 1900;
/** From here on changes are asked for beside the calls, so that a busy server never waits for them. */
const refreshAfter = 900;
/** Nobody is remembered for longer, whatever the store says of changes. */
const longest = 60_000;

interface Remembered {
  readonly record: KeyRecord;
  readonly at: number;
}

export function createKeyLookup({ store, patience, remembered: most, now }: KeyLookupOptions): KeyLookup {
  const guarded = guardStore({ name: store.name, patience, now });
  /** By `hash …` and `id …`; the one that was used longest ago stands first. */
  const remembered = new Map<string, Remembered>();
  let position: string | undefined;
  /** When the last answer about changes was asked for. */
  let syncedAt = -Infinity;
  let syncing: Promise<void> | undefined;
  /** Grows when something is forgotten: an answer of the store from before must not be remembered after. */
  let generation = 0;
  const unwatch = store.watch?.((id) => forget([id]));

  function forget(ids: readonly string[]): void {
    if (ids.length === 0) return;
    generation += 1;
    const gone = new Set(ids);
    for (const [place, { record }] of remembered) if (gone.has(record.id)) remembered.delete(place);
  }

  async function sync(): Promise<void> {
    const askedAt = now();
    const changes = await guarded.ask(async () => store.changes(position));
    if (typeof changes?.position !== 'string' || !Array.isArray(changes.ids)) throw new TypeError('the store answered no changes');
    if (position === undefined || changes.all) {
      generation += 1;
      remembered.clear();
    } else forget(changes.ids);
    ({ position } = changes);
    syncedAt = askedAt;
  }

  const syncOnce = (): Promise<void> => {
    syncing ??= sync().finally(() => {
      syncing = undefined;
    });
    return syncing;
  };

  async function find(
    place: string,
    ask: () => Promise<KeyRecord | undefined>,
    isRight: (record: KeyRecord) => boolean,
  ): Promise<KeyRecord | undefined> {
    const age = now() - syncedAt;
    if (age >= freshFor) await syncOnce();
    else if (age >= refreshAfter) void syncOnce().catch(noMatter);
    const known = remembered.get(place);
    if (known && now() - known.at < longest) {
      remembered.delete(place);
      remembered.set(place, known);
      return known.record;
    }
    const before = generation;
    const found = await guarded.ask(ask);
    if (found === undefined || found === null) return undefined;
    const record = checkRecord(found);
    if (!isRight(record)) throw new TypeError('the store answered with another key than the one it was asked for');
    if (generation === before) {
      remembered.delete(place);
      remembered.set(place, { record, at: now() });
      const [oldest] = remembered.keys();
      if (remembered.size > most && oldest !== undefined) remembered.delete(oldest);
    }
    return record;
  }

  return {
    byHash: async (hash) =>
      find(
        `hash ${hash}`,
        async () => store.findByHash(hash),
        (record) => isSameHash(record.hash, hash) || record.earlier.some((one) => isSameHash(one.hash, hash)),
      ),
    byId: async (id) =>
      find(
        `id ${id}`,
        async () => store.find(id),
        (record) => record.id === id,
      ),
    close: () => unwatch?.(),
  };
}

/** The next one who asks is told. */
const noMatter = (): void => undefined;
