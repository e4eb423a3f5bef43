import { ProxyError } from '@ai-proxy/core';

/** How a store is asked, in milliseconds. */
export interface StorePatience {
  /** How long one question may take. @default 250 */
  readonly timeout: number;
  /** Failures in a row after which the store is left alone. @default 3 */
  readonly failures: number;
  /** How long it is left alone; then one question tries whether it is back. @default 1000 */
  readonly probeAfter: number;
}

/** Asks a store, within a time. */
export interface GuardedStore {
  /**
   * Rejects with 503 `store_unavailable` where the store fails, takes too long, or is left alone. What the store says in its own words of a request, as a
   * `ProxyError` or an error that `isAnswer` knows, is handed on: it is no failure.
   */
  ask<T>(question: () => Promise<T>, timeout?: number): Promise<T>;
}

export interface GuardedStoreOptions {
  readonly name: string;
  readonly patience: StorePatience;
  readonly now: () => number;
  readonly isAnswer?: (error: unknown) => boolean;
}

/** Whoever asks a store that hangs would hang with it, and so would everybody after him: a few failures are enough to stop asking for a while. */
export function guardStore({ name, patience, now, isAnswer = () => false }: GuardedStoreOptions): GuardedStore {
  let failures = 0;
  let leftAloneUntil = 0;
  let isProbing = false;

  const failed = (): void => {
    failures += 1;
    if (failures >= patience.failures) leftAloneUntil = now() + patience.probeAfter;
  };

  return {
    async ask(question, timeout = patience.timeout) {
      const isClosed = failures >= patience.failures;
      if (isClosed && (isProbing || now() < leftAloneUntil)) throw storeUnavailable(name, undefined);
      if (isClosed) isProbing = true;
      try {
        const answer = await within(question, timeout);
        failures = 0;
        return answer;
      } catch (error) {
        if (error instanceof ProxyError || isAnswer(error)) {
          failures = 0;
          throw error;
        }
        failed();
        throw storeUnavailable(name, error);
      } finally {
        if (isClosed) isProbing = false;
      }
    },
  };
}

async function within<T>(question: () => Promise<T>, timeout: number): Promise<T> {
  let clock: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    clock = setTimeout(() => reject(new Error(`no answer within ${timeout} ms`)), timeout);
  });
  try {
    return await Promise.race([question(), tooLate]);
  } finally {
    clearTimeout(clock);
  }
}

export const storeUnavailable = (name: string, cause: unknown): ProxyError =>
  new ProxyError(`The store "${name}" does not answer at the moment, and what it guards is closed until it does. Try again later.`, {
    status: 503,
    code: 'store_unavailable',
    retryAfter: 1000,
    cause,
  });
