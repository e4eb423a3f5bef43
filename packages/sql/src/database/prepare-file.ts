import { Kysely } from 'kysely';
import { migrate } from './migrate.ts';
import type { Schema } from './schema.ts';
import { createSqliteDialect } from './sqlite-dialect.ts';
import { whileBusy } from './while-busy.ts';

/** Brings the tables of a file up to date without ever waiting inside of SQLite: the thread that asks has other things to do. */
export async function prepareFile(path: string, until: number): Promise<void> {
  await whileBusy(async () => {
    const database = new Kysely<Schema>({ dialect: createSqliteDialect(path, { busyTimeout: 0 }) });
    try {
      await migrate(database, 'sqlite');
    } finally {
      await database.destroy();
    }
  }, until);
}
