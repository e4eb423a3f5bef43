/** What several rounds said: the middle one, and how far they lie apart. */
export interface Spread {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

/** The middle value; the mean of the two middle ones where their number is even. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  if (upper === undefined || lower === undefined) throw new RangeError('there is no median of no values');
  return (lower + upper) / 2;
}

/** The middle value with the lowest and the highest: every round counts, none is taken for an outlier. */
export function spread(values: readonly number[]): Spread {
  return { median: median(values), lowest: Math.min(...values), highest: Math.max(...values) };
}

/**
 * One ratio a round. Both sides of a ratio were measured within seconds of each other, so that what else the machine was doing at
 * that time weighs on both; a ratio of two medians could take its sides from different rounds.
 */
export function ratios(above: readonly number[], below: readonly number[]): number[] {
  if (above.length !== below.length) throw new RangeError(`${above.length} rounds cannot be held against ${below.length}`);
  return above.map((value, round) => value / (below[round] ?? Number.NaN));
}
