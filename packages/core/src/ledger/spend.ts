/** By what spending can be summed. `user` is the caller's id; `model` the model that served. */
export type SpendDimension = 'key' | 'team' | 'user' | 'endUser' | 'model' | 'provider' | 'tag';

/** Every {@link SpendDimension}. */
export const spendDimensions: readonly SpendDimension[] = ['key', 'team', 'user', 'endUser', 'model', 'provider', 'tag'];

/** A span of time in Unix milliseconds; open where an end is not given. */
export interface LedgerSpan {
  /** The first moment that counts. */
  readonly from?: number;
  /** The first moment that does not count any more. */
  readonly to?: number;
}

export interface SpendQuery extends LedgerSpan {
  readonly by: SpendDimension;
  /** Only this key, team, user, …; by default all. */
  readonly only?: string;
  /** A row for each hour or each day (UTC) in which something was called; by default one for the whole span. */
  readonly per?: 'hour' | 'day';
  /** The most rows to be given back, at most 10000. @default 1000 */
  readonly limit?: number;
}

export interface SpendReport {
  /**
   * The span that was summed. Sums are kept by the hour, and by the day where hours have been pruned: a span that starts or ends
   * inside of one is widened to hold the whole of it.
   */
  readonly from: number | undefined;
  readonly to: number | undefined;
  /** The dearest first; with `per`, by time and then the dearest first. */
  readonly rows: readonly SpendRow[];
  /** Whether there would be more rows than the limit lets through. */
  readonly more: boolean;
}

/** What was spent by one key, team, user, … A call with two tags stands under both; every other dimension adds up to the whole. */
export interface SpendRow extends Spend {
  /** Nothing where calls had no key, team, user, … */
  readonly value: string | undefined;
  /** When the hour or the day began; nothing without `per`. */
  readonly at: number | undefined;
}

/** Sums over calls. */
export interface Spend {
  readonly calls: number;
  /** Of the calls, those that ended well. */
  readonly okCalls: number;
  /** Of the calls, those whose tokens were estimated. */
  readonly estimatedCalls: number;
  /** Of the calls, those whose cost is not known: it is not in `micros`. */
  readonly unknownCalls: number;
  /** What the others cost, in millionths of a US dollar. */
  readonly micros: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens: number;
  readonly reasoningTokens: number;
}
