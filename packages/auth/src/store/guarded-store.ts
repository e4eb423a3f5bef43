import { ProxyError, TooLate, within } from '@ai-proxy/core';

/** How a store is asked, in milliseconds. */
export interface StorePatience {
  /** How long one question may take. @default 250 */
  readonly timeout: number;
  /** Failures in a row after which the store is left alone. @default 3 */
  readonly failures: number;
  /**
   * The longest that it is left alone, so that the first question that comes so long after its return is answered. One question tries whether it is back after half of this where
   * it does not answer, and after a quarter where it refuses at once.
   * @default 1000
   */
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
  /** The store has answered again after it was left alone. */
  readonly onBack?: () => void;
}

/** Whoever asks a store that hangs would hang with it, and so would everybody after him: a few failures are enough to stop asking for a while. */
export function guardStore({ name, patience, now, isAnswer = () => false, onBack }: GuardedStoreOptions): GuardedStore {
  let failures = 0;
  let leftAloneUntil = 0;
  let probe: Promise<unknown> | undefined;
  let asked = 0;
  /** The newest question that was answered: what becomes of older ones tells nothing new. */
  let answered = 0;

  const isClosed = (): boolean => failures >= patience.failures;

  function succeeded(number: number): void {
    const wasAway = isClosed();
    answered = Math.max(answered, number);
    failures = 0;
    if (wasAway) onBack?.();
  }

  /** Counted from when it was asked: a store that came back while somebody still waited for his answer is not left alone for longer. */
  function failed(number: number, askedAt: number, error: unknown): void {
    if (number < answered) return;
    failures += 1;
    if (isClosed()) leftAloneUntil = askedAt + patience.probeAfter / (error instanceof TooLate ? 2 : 4);
  }

  async function put<T>(question: () => Promise<T>, timeout: number): Promise<T> {
    const number = (asked += 1);
    const askedAt = now();
    try {
      const answer = await within(question(), timeout);
      succeeded(number);
      return answer;
    } catch (error) {
      if (error instanceof ProxyError || isAnswer(error)) {
        succeeded(number);
        throw error;
      }
      failed(number, askedAt, error);
      throw storeUnavailable(name, error);
    }
  }

  return {
    async ask(question, timeout = patience.timeout) {
      const until = performance.now() + Math.min(timeout, patience.probeAfter);
      while (isClosed()) {
        if (probe) {
          // Somebody is finding out: whoever comes meanwhile would be refused by a store that is back.
          const left = until - performance.now();
          if (left <= 0) throw storeUnavailable(name, leftAlone);
          await within(probe, left).catch(noMatter);
          continue;
        }
        if (now() < leftAloneUntil) throw storeUnavailable(name, leftAlone);
        const probing = put(question, timeout).finally(() => (probe = undefined));
        probe = probing;
        return probing;
      }
      return put(question, timeout);
    },
  };
}

/** Whoever asked is told. */
const noMatter = (): void => undefined;

const leftAlone: Error = new Error('it has failed several times, and is left alone for a moment');

/** Whether a question that was rejected with this may have come to the store. */
export const wasAsked = (error: unknown): boolean => !(error instanceof ProxyError && error.cause === leftAlone);

export const storeUnavailable = (name: string, cause: unknown): ProxyError =>
  new ProxyError(`The store "${name}" does not answer at the moment, and what it guards is closed until it does. Try again later.`, {
    status: 503,
    code: 'store_unavailable',
    retryAfter: 1000,
    cause,
  });
