import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PostgresServer } from '@ai-proxy/testing';
import { startPostgres } from '@ai-proxy/testing';
import { openSql } from '../../src/index.ts';
import type { SqlDatabase } from '../../src/index.ts';

/** Both databases, for tests of what has to be the same in them. */
export interface Databases {
  readonly server: PostgresServer | undefined;
  readonly kinds: readonly (readonly [name: string, kind: 'sqlite' | 'postgres', isMissing: boolean])[];
  /** The address of a database that holds nothing. */
  url(kind: 'sqlite' | 'postgres'): Promise<string>;
  open(kind: 'sqlite' | 'postgres'): Promise<SqlDatabase>;
  close(): Promise<void>;
}

export async function openDatabases(): Promise<Databases> {
  const folder = await mkdtemp(join(tmpdir(), 'ai-proxy-keys-'));
  const server = await startPostgres();
  const opened: SqlDatabase[] = [];
  let files = 0;

  async function url(kind: 'sqlite' | 'postgres'): Promise<string> {
    if (kind === 'postgres') return (await server?.createDatabase()) ?? 'postgres://nowhere';
    files += 1;
    return `sqlite:${join(folder, `keys-${files}.db`)}`;
  }

  return {
    server,
    kinds: [
      ['SQLite', 'sqlite', false],
      ['PostgreSQL', 'postgres', server === undefined],
    ],
    url,
    async open(kind) {
      const database = openSql(await url(kind));
      opened.push(database);
      return database;
    },
    async close() {
      for (const database of opened) await database.close();
      await server?.close();
      await rm(folder, { recursive: true });
    },
  };
}
