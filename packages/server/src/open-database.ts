import { existsSync } from 'node:fs';
import { reasonOf } from '@ai-proxy/core';
import { openSql, withoutSecrets } from '@ai-proxy/sql';
import type { SqlDatabase } from '@ai-proxy/sql';
import { SettingsError } from './server-settings.ts';

/** Opens a database and brings its tables up to date, or says in one line why that cannot be. */
export async function openDatabase(url: string): Promise<SqlDatabase> {
  const database = nameDatabase(url);
  try {
    await database.connect();
    return database;
  } catch (error) {
    await database.close();
    throw new SettingsError(`the database ${withoutPassword(url)} cannot be used: ${withoutSecrets(url)(reasonOf(error))}.`);
  }
}

/** What is only read from, or changed, must be there: a mistyped path must not make an empty one. */
export function checkFileExists(url: string, what: string): void {
  const file = /^sqlite:(.*)$/.exec(url)?.[1];
  if (file === undefined || existsSync(file)) return;
  throw new SettingsError(`there is no ${what} at "${file}". Name it by --database or DATABASE_URL.`);
}

/** A database that is opened at its first use. */
function nameDatabase(url: string): SqlDatabase {
  try {
    return openSql(url);
  } catch (error) {
    throw new SettingsError(error instanceof Error ? error.message : 'the database cannot be opened');
  }
}

/** Where a database is, to be shown. */
export function withoutPassword(url: string): string {
  if (url.startsWith('sqlite:')) return url;
  if (!URL.canParse(url)) return 'postgres://…';
  const { username, host, pathname } = new URL(url);
  // A password that was not encoded is read as something else.
  const isSure = !pathname.includes('@') && (username !== '' || !url.includes('@'));
  return isSure ? `postgres://${host}${pathname}` : 'postgres://…';
}
