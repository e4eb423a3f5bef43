import { Kysely } from 'kysely';
import { parseDatabaseUrl } from './database-url.ts';
import { migrate } from './migrate.ts';
import { createPostgresDialect } from './postgres-dialect.ts';
import type { PostgresOptions } from './postgres-dialect.ts';
import type { Database, Schema } from './schema.ts';
import { createSqliteDialect } from './sqlite-dialect.ts';

export type DatabaseKind = 'sqlite' | 'postgres';

/** A database that several stores share. Nothing is opened before the first use. */
export interface SqlDatabase {
  readonly kind: DatabaseKind;
  /** As it was given: it may hold a password. */
  readonly url: string;
  readonly options: SqlOptions;
  /** The database, its tables up to date. */
  connect(): Promise<Database>;
  close(): Promise<void>;
}

export interface SqlOptions {
  /** Only for PostgreSQL. */
  readonly postgres?: PostgresOptions;
}

/**
 * A database by its URL: `sqlite:PATH`, embedded, or `postgres://user:password@host/database`, for which the package `pg` must be installed. By default the
 * variable `DATABASE_URL`, and without it a file in the working directory.
 */
export function openSql(url: string = process.env['DATABASE_URL'] ?? 'sqlite:ai-proxy.db', options: SqlOptions = {}): SqlDatabase {
  const place = parseDatabaseUrl(url);
  let database: Database | undefined;
  let ready: Promise<Database> | undefined;

  async function open(): Promise<Database> {
    database ??= new Kysely<Schema>({
      dialect: place.kind === 'sqlite' ? createSqliteDialect(place.path) : createPostgresDialect(place.url, options.postgres ?? {}),
    });
    await migrate(database, place.kind);
    return database;
  }

  return {
    kind: place.kind,
    url,
    options,
    async connect() {
      ready ??= open();
      try {
        return await ready;
      } catch (error) {
        // A server that is away now may be there at the next call.
        ready = undefined;
        throw error;
      }
    },
    async close() {
      const opened = database;
      await ready?.catch(() => {});
      database = undefined;
      ready = undefined;
      await opened?.destroy();
    },
  };
}
