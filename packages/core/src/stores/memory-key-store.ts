import { boundedLimit } from '../ledger/cursor.ts';
import { KeyConflict } from './key-conflict.ts';
import { fromKeyCursor, toKeyCursor } from './key-cursor.ts';
import type { KeyRecord } from './key-record.ts';
import type { AuditFilter, KeyChange, KeyFilter, KeyStore } from './key-store.ts';

export interface MemoryKeyStoreOptions {
  /** For errors and the log. @default 'memory key store' */
  readonly name?: string;
  /** Accounts of changes that are kept; the oldest make room. @default 10000 */
  readonly changes?: number;
}

/** A store of keys for tests and for servers that are given their keys at the start: it is gone with the process. */
export function memoryKeyStore({ name = 'memory key store', changes: mostChanges = 10_000 }: MemoryKeyStoreOptions = {}): KeyStore {
  const keys = new Map<string, KeyRecord>();
  /** The ids of keys by hashes, and by aliases. */
  const byHash = new Map<string, string>();
  const byAlias = new Map<string, string>();
  const changes: KeyChange[] = [];
  /** How many changes have been forgotten. */
  let forgotten = 0;
  /** Positions of another store mean nothing here. */
  const instance = crypto.randomUUID();
  const watchers = new Set<(id: string) => void>();

  function note(change: KeyChange): void {
    changes.push(change);
    if (changes.length > mostChanges) {
      changes.shift();
      forgotten += 1;
    }
    for (const tell of watchers) tell(change.key);
  }

  function checkFree(record: KeyRecord): void {
    const others = (id: string | undefined): boolean => id !== undefined && id !== record.id;
    if (hashesOf(record).some((hash) => others(byHash.get(hash)))) throw new KeyConflict('hash');
    if (record.alias !== undefined && others(byAlias.get(record.alias))) throw new KeyConflict('alias');
  }

  function keep(record: KeyRecord): void {
    keys.set(record.id, record);
    for (const hash of hashesOf(record)) byHash.set(hash, record.id);
    if (record.alias !== undefined) byAlias.set(record.alias, record.id);
  }

  function forget(record: KeyRecord): void {
    keys.delete(record.id);
    for (const hash of hashesOf(record)) byHash.delete(hash);
    if (record.alias !== undefined) byAlias.delete(record.alias);
  }

  const find = (id: string | undefined): KeyRecord | undefined => (id === undefined ? undefined : keys.get(id));
  const position = (): string => `${instance}.${forgotten + changes.length}`;

  return {
    name,
    async findByHash(hash) {
      return find(byHash.get(hash));
    },
    async find(id) {
      return find(id);
    },
    async findByAlias(alias) {
      return find(byAlias.get(alias));
    },
    async put(record, change) {
      if (keys.has(record.id)) throw new KeyConflict('id');
      checkFree(record);
      keep({ ...record, version: 1 });
      note(change);
    },
    async update(record, change) {
      const before = keys.get(record.id);
      if (before?.version !== record.version) throw new KeyConflict('version');
      checkFree(record);
      const version = record.version + 1;
      forget(before);
      keep({ ...record, version });
      note(change);
      return version;
    },
    async delete(id, change) {
      const record = keys.get(id);
      if (!record) return false;
      forget(record);
      note(change);
      return true;
    },
    async list(filter = {}, cursor, limit) {
      const size = boundedLimit(limit, 100, 1000);
      const after = cursor === undefined ? '' : fromKeyCursor(cursor);
      const found = [...keys.values()]
        .filter((record) => record.id > after && matches(record, filter))
        .toSorted((one, other) => (one.id < other.id ? -1 : 1));
      const page = found.slice(0, size);
      const last = page.at(-1);
      return { keys: page, next: last && found.length > size ? toKeyCursor(last.id) : undefined };
    },
    async changes(since) {
      if (since === undefined) return { ids: [], position: position(), all: false };
      const [from, count] = since.split('.');
      const seen = Number(count);
      if (from !== instance || !(seen >= forgotten)) return { ids: [], position: position(), all: true };
      return { ids: [...new Set(changes.slice(seen - forgotten).map(({ key }) => key))], position: position(), all: false };
    },
    watch(onChange) {
      watchers.add(onChange);
      return () => watchers.delete(onChange);
    },
    async audit(filter = {}, cursor, limit) {
      const size = boundedLimit(limit, 100, 1000);
      const before = cursor === undefined ? undefined : fromKeyCursor(cursor);
      const found = changes
        .filter((change) => (before === undefined || change.id < before) && matchesAudit(change, filter))
        .toSorted((one, other) => (one.id > other.id ? -1 : 1));
      const page = found.slice(0, size);
      const last = page.at(-1);
      return { changes: page, next: last && found.length > size ? toKeyCursor(last.id) : undefined };
    },
    async close() {
      watchers.clear();
    },
  };
}

const hashesOf = ({ hash, earlier }: KeyRecord): readonly string[] => [hash, ...earlier.map((one) => one.hash)];

const matches = (record: KeyRecord, { alias, owner, team, parent }: KeyFilter): boolean =>
  (alias === undefined || record.alias === alias) &&
  (owner === undefined || record.owner === owner) &&
  (team === undefined || record.team === team) &&
  (parent === undefined || record.parent === parent);

const matchesAudit = (change: KeyChange, { key, by, from, to }: AuditFilter): boolean =>
  (key === undefined || change.key === key) &&
  (by === undefined || change.by === by) &&
  (from === undefined || change.at >= from) &&
  (to === undefined || change.at < to);
