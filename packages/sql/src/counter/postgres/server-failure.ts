import { reasonOf } from '@ai-proxy/core';
import { SqlError } from '../sql-error.ts';
import type { SqlErrorCode } from '../sql-error.ts';

/** The codes of PostgreSQL, or the beginnings of them, and what they mean here. */
const states: readonly (readonly [beginning: string, code: SqlErrorCode, advice: string])[] = [
  ['25006', 'READONLY', '. It is a replica, or was told to take no writes: name the primary.'],
  ['28', 'DENIED', '. Look at the user and the password.'],
  ['42501', 'DENIED', '. The user needs the rights to read and write the tables ai_proxy_counter_….'],
  ['53100', 'FULL', '. Its disk is full.'],
  ['53200', 'FULL', '. Its memory is full.'],
  ['53300', 'DISCONNECTED', '. Give it more connections (max_connections), or the counter fewer.'],
  ['55P03', 'DEADLINE', '. Another process held the lock of what is counted together.'],
  ['57014', 'DEADLINE', ''],
  ['57P', 'DISCONNECTED', ''],
  ['25P03', 'DISCONNECTED', ''],
  ['08', 'DISCONNECTED', ''],
  ['40', 'FAILED', ''],
];

/** How pg says, without a code, that a connection broke or was never there. */
const disconnections = /connection terminated|timeout exceeded when trying to connect|connection error|connection ended/i;
const sockets = /^(?:ECONN|EPIPE|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|ENOENT|EACCES)/;

/** What went wrong with the server, as an error of ours; `hide` takes out what nobody may see. */
export function toServerError(error: unknown, store: string, hide: (text: string) => string): SqlError {
  if (error instanceof SqlError) return error;
  const message = hide(reasonOf(error));
  // What says that an address cannot be read repeats it.
  const cause = error instanceof Error && 'input' in error ? undefined : error;
  const state = codeOf(error);
  const known = states.find(([beginning]) => state.length === 5 && state.startsWith(beginning));
  if (known) return new SqlError(known[1], store, `PostgreSQL refused: ${message}${known[2]}`, cause);
  if (message === 'Query read timeout') return new SqlError('DEADLINE', store, 'PostgreSQL does not answer', cause);
  if (sockets.test(state) || disconnections.test(message) || error instanceof AggregateError)
    return new SqlError('DISCONNECTED', store, `there is no connection to PostgreSQL: ${message}`, cause);
  return new SqlError('FAILED', store, `PostgreSQL failed: ${message}`, cause);
}

/** Whether the same on another connection, or a moment later, may come out otherwise: it broke, or two transactions were in each other's way. */
export const isWorthAnother = (error: unknown): boolean =>
  toServerError(error, '', (text) => text).code === 'DISCONNECTED' || codeOf(error).startsWith('40');

/** Whether the server has answered, and so is there: what it says is five signs long. */
export const isRefusal = (error: unknown): boolean => codeOf(error).length === 5 && !isWorthAnother(error);

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');
