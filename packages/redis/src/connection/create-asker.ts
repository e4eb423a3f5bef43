import { reasonOf, TooLate, within } from '@ai-proxy/core';
import { RedisError, toRedisError } from '../redis-error.ts';
import type { RedisConnection } from './redis-connection.ts';

/** Asks Redis something, within the deadline. */
export type Asker = <Answer>(ask: () => Promise<Answer>) => Promise<Answer>;

/** So long the calls wait that come while the very first connection is being made, in milliseconds. */
const firstConnection = 3000;

/** So many calls that were given up may be unanswered before new ones are refused at once: what is sent to a silent server waits in memory. */
const mostUnanswered = 100;

/** After so long without any answer, in milliseconds, nothing more is sent: a connection that is written to is never found to be dead. */
const mostSilence = 2000;

/** Every call that a store makes goes through here: it ends by its deadline, and fails with an error that names the store. */
export function createAsker(connection: RedisConnection, store: string, deadline: number): Asker {
  let unanswered = 0;
  /** Since when calls are given up, with no answer to any. */
  let silentSince: number | undefined;
  let opening: Promise<void> | undefined;
  let wasTried = false;

  async function ready(): Promise<void> {
    if (connection.isReady) return;
    if (wasTried) throw disconnected(connection.problem);
    opening ??= connection.open().finally(() => (wasTried = true));
    try {
      await within(opening, firstConnection, () => (wasTried = true));
    } catch (error) {
      throw error instanceof TooLate ? disconnected(connection.problem ?? error) : disconnected(error);
    }
  }

  const disconnected = (cause: unknown): RedisError =>
    new RedisError('DISCONNECTED', store, `there is no connection to Redis${cause === undefined ? '' : `: ${reasonOf(cause)}`}`, cause);

  return async function ask(send) {
    if (!connection.isReady) await ready();
    const isSilent = silentSince !== undefined && performance.now() - silentSince > mostSilence;
    if (unanswered >= mostUnanswered || (unanswered > 0 && isSilent)) {
      throw new RedisError('DEADLINE', store, `Redis has not answered ${unanswered} calls, and is given no further one until it does`);
    }
    const answer = send();
    const hear = (): void => void (silentSince = undefined);
    answer.then(hear, hear);
    try {
      return await within(answer, deadline, () => {
        unanswered += 1;
        silentSince ??= performance.now();
        const settled = (): void => void (unanswered -= 1);
        answer.then(settled, settled);
      });
    } catch (error) {
      throw error instanceof TooLate
        ? new RedisError('DEADLINE', store, `Redis did not answer within ${deadline} ms`)
        : toRedisError(error, store);
    }
  };
}
