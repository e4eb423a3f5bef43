/**
 * A clock that is started and stopped at every arrival of a stream. It keeps at most one timer and re-arms it
 * when it fires early, because setting a timer per arrival costs more than the arrival.
 */
export interface Clock {
  /** Counts from now; 0 never expires. */
  start(milliseconds: number): void;
  stop(): void;
  /** Stops for good. */
  dispose(): void;
}

export function createClock(onExpired: () => void): Clock {
  return new RearmingClock(onExpired);
}

/** A class, because one is made for every exchange: methods are then shared, and not made anew each time. */
class RearmingClock implements Clock {
  readonly #onExpired: () => void;
  #deadline = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAt = 0;

  constructor(onExpired: () => void) {
    this.#onExpired = onExpired;
  }

  start(milliseconds: number): void {
    if (milliseconds <= 0) {
      this.#deadline = 0;
      return;
    }
    this.#deadline = performance.now() + milliseconds;
    if (this.#timer === undefined) {
      this.#arm(milliseconds);
    } else if (this.#timerAt > this.#deadline) {
      clearTimeout(this.#timer);
      this.#arm(milliseconds);
    }
  }

  stop(): void {
    this.#deadline = 0;
  }

  dispose(): void {
    this.#deadline = 0;
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(milliseconds: number): void {
    this.#timer = setTimeout(() => this.#fire(), Math.ceil(milliseconds));
    this.#timerAt = performance.now() + milliseconds;
  }

  #fire(): void {
    this.#timer = undefined;
    if (this.#deadline === 0) return;
    const left = this.#deadline - performance.now();
    if (left <= 0) {
      this.#deadline = 0;
      this.#onExpired();
    } else {
      this.#arm(left);
    }
  }
}
