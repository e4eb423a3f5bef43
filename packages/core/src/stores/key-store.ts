import type { JsonObject } from '../json/json.ts';
import type { KeyRecord } from './key-record.ts';

/**
 * Keeps virtual keys, and an account of every change of them. `memoryKeyStore()` forgets them with the process; `@ai-proxy/sql` keeps them. A change and its
 * account are written together or not at all. It never sees a key: only hashes of keys that are well formed reach it.
 */
export interface KeyStore {
  /** For errors and the log. */
  readonly name: string;
  /** The key of a hash, current or earlier; whether an earlier one is still good is for the asker to judge. */
  findByHash(hash: string): Promise<KeyRecord | undefined>;
  find(id: string): Promise<KeyRecord | undefined>;
  findByAlias(alias: string): Promise<KeyRecord | undefined>;
  /** Keeps a new key; its version is 1. Rejects with a {@link KeyConflict} where its id, its alias or one of its hashes is taken. */
  put(record: KeyRecord, change: KeyChange): Promise<void>;
  /**
   * Puts a record in the place of the one whose id it has, and keeps it with the next version, which it answers. `record.version` is the version that was
   * read. Rejects with a {@link KeyConflict} where somebody else has changed or deleted it meanwhile, or where its alias or one of its hashes is another key's.
   */
  update(record: KeyRecord, change: KeyChange): Promise<number>;
  /** Forgets a key. False where there is none of this id; then no account is kept. */
  delete(id: string, change: KeyChange): Promise<boolean>;
  /** Keys by their id, in ascending order. At most 1000 at once. */
  list(filter?: KeyFilter, cursor?: string, limit?: number): Promise<KeyPage>;
  /**
   * Which keys were put, changed or deleted after a position that this store has given out before; without one only the position of now is answered. Cheap: it
   * is asked every second by every instance. A change whose writer was told that it is done is in the answer of every `changes` that is asked
   * afterwards with a position from before; one may come twice, none is left out.
   */
  changes(since?: string): Promise<KeyChanges>;
  /** Tells of changes at once, for stores that can; nothing may rely on it alone. The answer ends it. */
  watch?(onChange: (id: string) => void): () => void;
  /** The accounts of changes, the newest first. At most 1000 at once. */
  audit(filter?: AuditFilter, cursor?: string, limit?: number): Promise<AuditPage>;
  /** Lets go of what it holds open. */
  close(): Promise<void>;
}

/** Which keys; all of the conditions that are given must hold. */
export interface KeyFilter {
  readonly alias?: string;
  readonly owner?: string;
  readonly team?: string;
  readonly parent?: string;
}

export interface KeyPage {
  readonly keys: readonly KeyRecord[];
  /** To be handed over for the page after this one; nothing where this is the last. */
  readonly next: string | undefined;
}

export interface KeyChanges {
  /** The ids of the keys. */
  readonly ids: readonly string[];
  /** The position to ask from next. */
  readonly position: string;
  /** Whether the store does not know any more what has changed since: whatever was remembered of any key is to be forgotten. */
  readonly all: boolean;
}

/** The account of one change. It holds no secret, and no hash. */
export interface KeyChange {
  /** Unique; sorts by time. */
  readonly id: string;
  /** Unix milliseconds. */
  readonly at: number;
  /** Who made it: the id of a key, or the operator's name. */
  readonly by: string;
  readonly action: KeyAction;
  /** The id of the key that was changed. */
  readonly key: string;
  /** The fields that were changed, as they were and as they are. */
  readonly before: JsonObject;
  readonly after: JsonObject;
}

export type KeyAction = 'generate' | 'update' | 'block' | 'unblock' | 'regenerate' | 'delete';

export interface AuditFilter {
  /** The id of the key that was changed. */
  readonly key?: string;
  readonly by?: string;
  /** The first moment that counts. */
  readonly from?: number;
  /** The first moment that does not count any more. */
  readonly to?: number;
}

export interface AuditPage {
  readonly changes: readonly KeyChange[];
  readonly next: string | undefined;
}
