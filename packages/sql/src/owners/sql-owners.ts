import { parseDatabaseUrl } from '../database/database-url.ts';
import type { SqlDatabase } from '../database/open-sql.ts';
import { isStorable } from '../keys/rows/storable-text.ts';
import { toStoreFailure } from '../keys/store-failure.ts';
import type { Question, Row } from '../database/script.ts';
import { openOwnerTables } from './owner-tables.ts';
import { ownerStatements } from './statements.ts';

export interface SqlOwnersOptions {
  /** For errors and the log. @default 'owners' */
  readonly name?: string;
  /** By when each call is answered or rejected, in milliseconds. @default 1000 */
  readonly timeout?: number;
  /** Connections to PostgreSQL for owners alone. @default 2 */
  readonly connections?: number;
}

/** A store for the option `objects` of `keys()`. */
export interface SqlOwners {
  readonly name: string;
  record(objects: readonly OwnedName[]): Promise<readonly string[]>;
  find(objects: readonly Named[]): Promise<readonly (string | undefined)[]>;
  forget(objects: readonly Named[]): Promise<void>;
  count(of: Omit<OwnedName, 'id'>): Promise<number>;
  list(owner: string, cursor?: string, size?: number): Promise<{ readonly objects: readonly OwnedName[]; readonly next?: string }>;
  close(): Promise<void>;
}

interface Named {
  readonly provider: string;
  readonly kind: string;
  readonly id: string;
}

interface OwnedName extends Named {
  readonly owner: string;
}

/**
 * To whom belongs what was made at a provider, in a database: SQLite for instances on one machine, PostgreSQL for any. Nothing is ever forgotten by itself. It has
 * connections of its own, which `close()` closes; the database is closed by whoever opened it.
 */
export function sqlOwners(database: SqlDatabase, { name = 'owners', timeout = 1000, connections = 2 }: SqlOwnersOptions = {}): SqlOwners {
  if (!(timeout > 0) || timeout > 2_147_483_647) throw new TypeError('"timeout" of a store of owners is a number of milliseconds above 0.');
  if (!Number.isSafeInteger(connections) || connections < 1)
    throw new TypeError('"connections" of a store of owners is a whole number above 0.');
  const tables = openOwnerTables(database, timeout, connections);
  const statements = ownerStatements(parseDatabaseUrl(database.url).kind);

  async function ask(text: string, values: Question['values']): Promise<readonly Row[]> {
    try {
      return await tables.ask({ text, values });
    } catch (error) {
      throw toStoreFailure(name, database.url, error);
    }
  }

  async function find(objects: readonly Named[]): Promise<readonly (string | undefined)[]> {
    // What no database can keep, nobody can have noted.
    const asked = objects.map((one, place) => ({ one, place })).filter(({ one }) => isKept(one));
    const found: (string | undefined)[] = objects.map(() => undefined);
    if (asked.length === 0) return found;
    for (const row of await ask(statements.find, [toList(asked.map(({ one }) => one))])) {
      const at = asked[Number(row['place'])];
      if (at) found[at.place] = textOf(row, 'owner');
    }
    return found;
  }

  return {
    name,
    async record(objects) {
      if (objects.length === 0) return [];
      if (!objects.every((one) => isKept(one) && isStorable(one.owner))) {
        throw new TypeError('An object cannot be noted whose name has a NUL or half of a surrogate pair.');
      }
      await ask(statements.record, [toList(objects), Date.now()]);
      // Asked anew: somebody else may have noted one of them at the same moment.
      return (await find(objects)).map((owner) => {
        if (owner === undefined) throw new Error(`The store "${name}" failed: what was noted is gone`);
        return owner;
      });
    },
    find,
    async forget(objects) {
      const kept = objects.filter(isKept);
      if (kept.length > 0) await ask(statements.forget, [toList(kept)]);
    },
    async count({ owner, provider, kind }) {
      if (![owner, provider, kind].every(isStorable)) return 0;
      const [row] = await ask(statements.count, [owner, provider, kind]);
      return Number(row?.['objects']);
    },
    async list(owner, cursor, size = 100) {
      if (!isStorable(owner)) return { objects: [] };
      const after = cursor === undefined ? ['', '', ''] : fromCursor(cursor);
      const rows = await ask(statements.list, [owner, ...after, size + 1]);
      const objects = rows.slice(0, size).map((row) => ({
        provider: textOf(row, 'provider'),
        kind: textOf(row, 'kind'),
        id: textOf(row, 'id'),
        owner: textOf(row, 'owner'),
      }));
      const last = objects.at(-1);
      return { objects, ...(last && rows.length > size ? { next: JSON.stringify([last.provider, last.kind, last.id]) } : {}) };
    },
    close: async () => tables.close(),
  };
}

const isKept = ({ provider, kind, id }: Named): boolean => [provider, kind, id].every(isStorable);

const toList = (objects: readonly (Named & { readonly owner?: string })[]): string =>
  JSON.stringify(objects.map(({ provider, kind, id, owner }) => [provider, kind, id, owner ?? null]));

function textOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new TypeError(`the column "${column}" holds no text`);
  return value;
}

function fromCursor(cursor: string): readonly string[] {
  let parts: unknown;
  try {
    parts = JSON.parse(cursor);
  } catch {
    parts = undefined;
  }
  if (Array.isArray(parts) && parts.length === 3 && parts.every((part) => typeof part === 'string' && isStorable(part)))
    return parts as string[];
  throw new TypeError('This cursor is none that the store has given.');
}
