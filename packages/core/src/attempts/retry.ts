/** How often, and how patiently, one target is asked again. */
export interface RetryOptions {
  /** Further attempts after the first, at the same target. */
  readonly attempts: number;
  /** First pause in milliseconds; it doubles, and is shortened at random by up to a half so that callers do not come back in step. */
  readonly delay: number;
  /** Longest pause in milliseconds; a provider that asks for more is not waited for. */
  readonly maxDelay: number;
}

/** How long to wait before the next attempt; nothing where that is longer than anybody should wait here. */
export function retryDelay(
  options: RetryOptions,
  attempt: number,
  retryAfter: number | undefined,
  random: () => number = Math.random,
): number | undefined {
  if (retryAfter !== undefined) return retryAfter <= options.maxDelay ? retryAfter : undefined;
  const full = Math.min(options.delay * 2 ** attempt, options.maxDelay);
  return full * (1 - random() / 2);
}

/**
 * Bounds what retries add to the load of a provider that fails: each first attempt earns a tenth of a retry, up to a small store,
 * so that an outage is not multiplied by the number of attempts.
 */
export interface RetryBudget {
  earn(): void;
  /** Takes one retry, where there is one. */
  spend(): boolean;
}

const earnedPerCall = 0.1;
const store = 10;

export function createRetryBudget(): RetryBudget {
  let balance = store;
  return {
    earn() {
      balance = Math.min(store, balance + earnedPerCall);
    },
    spend() {
      // Tenths do not add up exactly in binary.
      if (balance < 0.999_999) return false;
      balance -= 1;
      return true;
    },
  };
}
