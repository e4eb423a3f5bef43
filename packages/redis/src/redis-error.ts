import { reasonOf } from '@ai-proxy/core';
/** What is wrong with a Redis that did not do what was asked, in Redis's own words where it has one. */
export type RedisErrorCode =
  /** No answer within the deadline. */
  | 'DEADLINE'
  /** There is no connection. */
  | 'DISCONNECTED'
  /** A replica, or a node that was made one: it takes no writes. */
  | 'READONLY'
  /** Its memory is full. */
  | 'OOM'
  /** It is reading its data after a start. */
  | 'LOADING'
  /** It is busy with somebody's script. */
  | 'BUSY'
  /** It does not know a script, even right after it was sent. */
  | 'NOSCRIPT'
  /** The password, the user or his rights do not do. */
  | 'DENIED'
  /** It takes no writes for another reason: its cluster is incomplete, its disk is full, its replicas are away. */
  | 'UNAVAILABLE'
  | 'FAILED';

/** Thrown by whatever keeps its state in Redis. The message says which store failed, of what, and what to do. */
export class RedisError extends Error {
  override readonly name = 'RedisError';
  readonly code: RedisErrorCode;

  constructor(code: RedisErrorCode, store: string, problem: string, cause?: unknown) {
    super(`${store}: ${problem}${advice[code]}`, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

const advice: Readonly<Record<RedisErrorCode, string>> = {
  DEADLINE: '',
  DISCONNECTED: '',
  READONLY: ' (READONLY). It is a replica: name the primary, or a client that follows it.',
  OOM: ' (OOM). Its memory is full: give it more, and set maxmemory-policy to noeviction.',
  LOADING: ' (LOADING). It is reading its data, and will answer when it has.',
  BUSY: ' (BUSY). Somebody else runs a long script or function on it.',
  NOSCRIPT: ' (NOSCRIPT). Something between here and Redis drops scripts.',
  DENIED: '. Look at the user, the password and the rights; scripts, PUBLISH and SUBSCRIBE are needed.',
  UNAVAILABLE: '. It takes no writes now.',
  FAILED: '',
};

/** Redis sets its word at the beginning of an answer; before version 7 it stands somewhere inside where a script met with it. */
const words = /\b(READONLY|OOM|LOADING|BUSY|NOSCRIPT|NOAUTH|WRONGPASS|NOPERM|CLUSTERDOWN|MASTERDOWN|MISCONF|NOREPLICAS|TRYAGAIN)\b/;

const codes: Readonly<Record<string, RedisErrorCode>> = {
  READONLY: 'READONLY',
  OOM: 'OOM',
  LOADING: 'LOADING',
  BUSY: 'BUSY',
  NOSCRIPT: 'NOSCRIPT',
  NOAUTH: 'DENIED',
  WRONGPASS: 'DENIED',
  NOPERM: 'DENIED',
  CLUSTERDOWN: 'UNAVAILABLE',
  MASTERDOWN: 'UNAVAILABLE',
  MISCONF: 'UNAVAILABLE',
  NOREPLICAS: 'UNAVAILABLE',
  TRYAGAIN: 'UNAVAILABLE',
};

/** How clients say that there is no connection: by codes of sockets, and each in its own words. */
const disconnections =
  /ECONN|EPIPE|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|socket|connection is closed|client is (?:closed|offline)/i;

/** What a client threw, as an error of ours. */
export function toRedisError(error: unknown, store: string): RedisError {
  if (error instanceof RedisError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = codes[words.exec(message)?.[1] ?? ''];
  if (code !== undefined) return new RedisError(code, store, `Redis refused: ${firstLine(message)}`, error);
  const isDisconnected = disconnections.test(`${nameOf(error)} ${message}`);
  return isDisconnected
    ? new RedisError('DISCONNECTED', store, `there is no connection to Redis: ${reasonOf(error)}`, error)
    : new RedisError('FAILED', store, `Redis failed: ${firstLine(message)}`, error);
}

const nameOf = (error: unknown): string => (error instanceof Error ? `${error.name} ${error.constructor.name}` : '');

const firstLine = (text: string): string => (text.split('\n')[0] ?? '').slice(0, 200);
