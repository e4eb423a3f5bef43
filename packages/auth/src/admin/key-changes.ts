import { isJsonObject, KeyConflict, ProxyError } from '@ai-proxy/core';
import type { JsonObject, KeyAction, KeyChange, KeyRecord, KeyStore } from '@ai-proxy/core';
import { createSortedId } from '../key/create-key-id.ts';
import { hashKey, isForeignKey, isWellFormed } from '../key/key-text.ts';
import type { GuardedStore } from '../store/guarded-store.ts';
import type { Actor } from './actor.ts';
import { shownOf } from './to-fields.ts';

/** Changes of keys, each with its account. An actor finds and changes only what is his to change; the rest is not there for him. */
export interface KeyChanges {
  /** By the key itself, or by its id. */
  find(actor: Actor, keyOrId: string): Promise<KeyRecord>;
  findByAlias(actor: Actor, alias: string): Promise<KeyRecord>;
  put(actor: Actor, record: KeyRecord): Promise<void>;
  /** Reads, changes and writes, again where somebody else was quicker. */
  change(actor: Actor, keyOrId: string, action: KeyAction, change: (record: KeyRecord) => KeyRecord): Promise<KeyRecord>;
  delete(actor: Actor, record: KeyRecord): Promise<boolean>;
}

export interface KeyChangesOptions {
  readonly store: KeyStore;
  readonly guard: GuardedStore;
  readonly acceptForeignKeys: boolean;
  readonly now: () => number;
}

export function createKeyChanges({ store, guard, acceptForeignKeys, now }: KeyChangesOptions): KeyChanges {
  const accountOf = (actor: Actor, action: KeyAction, before: KeyRecord | undefined, after: KeyRecord | undefined): KeyChange => {
    const changed = differences(before && shownOf(before), after && shownOf(after));
    const at = now();
    return { id: createSortedId('change', at), at, by: actor.name, action, key: (after ?? before)?.id ?? '', ...changed };
  };

  const seen = (actor: Actor, record: KeyRecord | undefined): KeyRecord => {
    // The keys of others are not there for who may not see them.
    if (!record || (actor.key && record.parent !== actor.key.id)) throw keyNotFound();
    return record;
  };

  async function find(actor: Actor, keyOrId: string): Promise<KeyRecord> {
    const isKey = isWellFormed(keyOrId) || (acceptForeignKeys && isForeignKey(keyOrId));
    const hash = isKey ? await hashKey(keyOrId) : undefined;
    return seen(actor, await guard.ask(async () => (hash === undefined ? store.find(keyOrId) : store.findByHash(hash))));
  }

  return {
    find,
    findByAlias: async (actor, alias) => seen(actor, await guard.ask(async () => store.findByAlias(alias))),
    async put(actor, record) {
      await guard.ask(async () => orConflict(store.put(record, accountOf(actor, 'generate', undefined, record))));
    },
    async change(actor, keyOrId, action, change) {
      for (let tries = 0; ; tries += 1) {
        const before = await find(actor, keyOrId);
        const after = change(before);
        try {
          const version = await guard.ask(async () => store.update(after, accountOf(actor, action, before, after)));
          return { ...after, version };
        } catch (error) {
          if (!(error instanceof KeyConflict)) throw error;
          if (error.reason !== 'version' || tries >= 4) throw conflict(error);
        }
      }
    },
    delete: async (actor, record) => guard.ask(async () => store.delete(record.id, accountOf(actor, 'delete', record, undefined))),
  };
}

async function orConflict(writing: Promise<void>): Promise<void> {
  try {
    await writing;
  } catch (error) {
    throw error instanceof KeyConflict ? conflict(error) : error;
  }
}

/** The fields that are not the same. */
function differences(before: Record<string, unknown> = {}, after: Record<string, unknown> = {}): { before: JsonObject; after: JsonObject } {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => name !== 'updated_at' && JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
  const pick = (from: Record<string, unknown>): JsonObject => {
    const picked: unknown = JSON.parse(JSON.stringify(Object.fromEntries(names.map((name) => [name, from[name]]))));
    return isJsonObject(picked) ? picked : {};
  };
  return { before: pick(before), after: pick(after) };
}

export const keyNotFound = (): ProxyError =>
  new ProxyError('There is no such key. Name it by the key itself, or by its "token_id"; GET /key/list lists them.', {
    status: 404,
    code: 'key_not_found',
    param: 'key',
    source: 'caller',
  });

const conflict = ({ reason, message }: KeyConflict): ProxyError =>
  new ProxyError(message, { status: 409, code: 'key_conflict', param: reason === 'alias' ? 'key_alias' : 'key', source: 'caller' });
