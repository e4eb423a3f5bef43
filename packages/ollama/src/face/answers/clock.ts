/** Where an answer's times come from, in milliseconds. */
export interface AnswerClock {
  /** Since 1970. */
  readonly now: () => number;
  /** Since whenever, but never set back. */
  readonly tick: () => number;
}

export const machineClock: AnswerClock = { now: () => Date.now(), tick: () => performance.now() };

/** A time as RFC 3339 has it. */
export function toTimestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** What Go writes for no time at all. */
export const noTime = '0001-01-01T00:00:00Z';

/** A span as Ollama counts: whole nanoseconds, never below 0. */
export function toNanoseconds(milliseconds: number): number {
  return Math.max(0, Math.round(milliseconds * 1_000_000));
}
