/** Hands out times, each later than the one before. */
export type Stamp = () => string;

/** The times of one answer: they begin at a moment and go on by some odd number of nanoseconds a line. */
export function createStamp(seconds: number, index: number): Stamp {
  // Never a zero at the end: all times of a simulator are equally long, so that a test can count bytes.
  let at = nanosecondsOf(seconds) + BigInt(index % 997) * 1_010n + 789n;
  return () => {
    at += 20_123_450n;
    return goTime(at);
  };
}

export function nanosecondsOf(seconds: number): bigint {
  return BigInt(Math.round(seconds * 1000)) * 1_000_000n;
}

/** A time as Go writes it: down to nanoseconds, without zeros at the end; in universal time, or so many hours ahead of it. */
export function goTime(nanoseconds: bigint, hoursAhead = 0): string {
  const shifted = nanoseconds + BigInt(hoursAhead) * 3_600_000_000_000n;
  const seconds = new Date(Number(shifted / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
  const fraction = String(shifted % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/0+$/u, '');
  const zone = hoursAhead === 0 ? 'Z' : `+${String(hoursAhead).padStart(2, '0')}:00`;
  return `${seconds}${fraction === '' ? '' : `.${fraction}`}${zone}`;
}
