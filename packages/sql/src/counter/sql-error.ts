/** What is wrong with a database that did not do what was asked. */
export type SqlErrorCode =
  /** No answer within the deadline. */
  | 'DEADLINE'
  /** There is no connection, or it broke. */
  | 'DISCONNECTED'
  /** The file may not be written, or the server is a replica. */
  | 'READONLY'
  /** The disk, or the server's memory, is full. */
  | 'FULL'
  /** The file is damaged, or none of a counter. */
  | 'DAMAGED'
  /** The password, the user or his rights do not do. */
  | 'DENIED'
  | 'FAILED';

/** Thrown by counters in a database. The message says which store failed, of what, and what to do. */
export class SqlError extends Error {
  override readonly name = 'SqlError';
  readonly code: SqlErrorCode;

  constructor(code: SqlErrorCode, store: string, problem: string, cause?: unknown) {
    super(`${store}: ${problem}`, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
