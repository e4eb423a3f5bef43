/** When a target is left alone. */
export interface BreakerOptions {
  /** Failures in a row that open it. */
  readonly failures: number;
  /** Milliseconds until one call may try again. */
  readonly resetAfter: number;
}

/**
 * Keeps calls away from a target that is down: fallbacks start at once, and what comes back up is not met by everybody together.
 * While one call tries, the others are turned away rather than made to wait for it: an answer can take minutes.
 */
export interface Breaker {
  /** Milliseconds until a call may try; 0 is now. A call that was let through must report how it went. */
  wait(): number;
  succeeded(): void;
  failed(): void;
  /** The call ended without saying anything about the target: the caller left. */
  unknown(): void;
}

export function createBreaker(options: BreakerOptions, now: () => number = () => performance.now()): Breaker {
  let failuresInRow = 0;
  let openUntil = 0;
  let trying = false;
  return {
    wait() {
      if (failuresInRow < options.failures) return 0;
      const left = openUntil - now();
      if (left > 0) return left;
      if (trying) return options.resetAfter;
      trying = true;
      return 0;
    },
    succeeded() {
      failuresInRow = 0;
      trying = false;
    },
    failed() {
      failuresInRow += 1;
      trying = false;
      if (failuresInRow >= options.failures) openUntil = now() + options.resetAfter;
    },
    unknown() {
      trying = false;
    },
  };
}

/** One breaker and one retry budget a target, for as many targets as are in use; the least recently used ones are forgotten. */
export function createPerTarget<T>(create: () => T, most = 1000): (key: string) => T {
  const entries = new Map<string, T>();
  return (key) => {
    const known = entries.get(key);
    if (known !== undefined) {
      // The order matters only once something may have to go.
      if (entries.size > most / 2) {
        entries.delete(key);
        entries.set(key, known);
      }
      return known;
    }
    const entry = create();
    entries.set(key, entry);
    if (entries.size > most) {
      const oldest = entries.keys().next();
      if (!oldest.done) entries.delete(oldest.value);
    }
    return entry;
  };
}
