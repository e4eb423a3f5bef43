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
  let deadline = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let timerAt = 0;

  const fire = (): void => {
    timer = undefined;
    if (deadline === 0) return;
    const left = deadline - performance.now();
    if (left <= 0) {
      deadline = 0;
      onExpired();
    } else {
      arm(left);
    }
  };
  const arm = (milliseconds: number): void => {
    timer = setTimeout(fire, Math.ceil(milliseconds));
    timerAt = performance.now() + milliseconds;
  };

  return {
    start(milliseconds) {
      if (milliseconds <= 0) {
        deadline = 0;
        return;
      }
      deadline = performance.now() + milliseconds;
      if (timer === undefined) {
        arm(milliseconds);
      } else if (timerAt > deadline) {
        clearTimeout(timer);
        arm(milliseconds);
      }
    },
    stop() {
      deadline = 0;
    },
    dispose() {
      deadline = 0;
      if (timer !== undefined) clearTimeout(timer);
      timer = undefined;
    },
  };
}
