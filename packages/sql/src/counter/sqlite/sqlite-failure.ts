import { SqlError } from '../sql-error.ts';
import type { SqlErrorCode } from '../sql-error.ts';

/** SQLite's own number for what is wrong, with its details; nothing for other errors. */
const numberOf = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : undefined;

const kindOf = (error: unknown): number | undefined => {
  const number = numberOf(error);
  // The last eight bits are the kind, those before them its details.
  return number === undefined ? undefined : number % 256;
};

/** SQLITE_BUSY and SQLITE_LOCKED: somebody else is at it. */
export const isBusy = (error: unknown): boolean => [5, 6].includes(kindOf(error) ?? 0);

/** SQLITE_CORRUPT, SQLITE_NOTADB, and SQLITE_IOERR_SHORT_READ: the file, or its log, is shorter than it says. */
export const isDamaged = (error: unknown): boolean => [11, 26].includes(kindOf(error) ?? 0) || numberOf(error) === 522;

/** SQLITE_READONLY_DBMOVED. */
export const isMoved = (error: unknown): boolean => error instanceof FileMoved || numberOf(error) === 1032;

/** The file that is open is no longer the one of its name. */
export class FileMoved extends Error {
  override readonly name = 'FileMoved';

  constructor() {
    super('another file is put in its place again and again');
  }
}

/** What went wrong with the file, as an error of ours. */
export function toFileError(error: unknown, store: string, path: string): SqlError {
  if (error instanceof SqlError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const [code, advice]: readonly [SqlErrorCode, string] = failures[kindOf(error) ?? 0] ?? ['FAILED', ''];
  return new SqlError(code, store, `the file ${path} failed: ${message}${advice}`, error);
}

const failures: Readonly<Record<number, readonly [SqlErrorCode, string]>> = {
  3: ['DENIED', '. The user of this process needs the right to write the file and its folder.'],
  8: ['READONLY', '. The user of this process needs the right to write the file and its folder.'],
  10: ['FAILED', '. The disk does not do what it is asked.'],
  11: ['DAMAGED', ''],
  13: ['FULL', '. Its disk is full.'],
  14: ['FAILED', '. Its folder must exist, and the user of this process must be allowed to write there.'],
  26: ['DAMAGED', ''],
};
