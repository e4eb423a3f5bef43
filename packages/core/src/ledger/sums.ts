import { spendDimensions } from './spend.ts';
import type { Spend, SpendDimension } from './spend.ts';
import type { PruneQuery, RecordedCall } from './ledger.ts';

/** The sums of a ledger: one row for each dimension, value and hour, and one for each dimension, value and day. */
export interface LedgerSum extends Spend {
  readonly dimension: SpendDimension;
  /** Empty where calls have none. */
  readonly value: string;
  /** When the hour or the day began. */
  readonly at: number;
}

/** Sums are kept by both; days are UTC's. */
export type SumUnit = 'hour' | 'day';

const milliseconds: Readonly<Record<SumUnit, number>> = { hour: 3_600_000, day: 86_400_000 };

/** The beginning of the hour or the day that a moment is in. */
export const floorTo = (unit: SumUnit, moment: number): number => Math.floor(moment / milliseconds[unit]) * milliseconds[unit];

export const ceilTo = (unit: SumUnit, moment: number): number => Math.ceil(moment / milliseconds[unit]) * milliseconds[unit];

/** Where the sums that are left begin after a prune: only whole hours and whole days are forgotten. */
export const sumsLeft = ({ before, days }: PruneQuery): { readonly hoursFrom: number; readonly daysFrom: number | undefined } => ({
  hoursFrom: floorTo('hour', before),
  daysFrom: days === undefined ? undefined : floorTo('day', days),
});

/** Under which values of a dimension a call is counted: one, but for tags. */
export function valuesOf(call: RecordedCall, dimension: SpendDimension): readonly string[] {
  switch (dimension) {
    case 'key':
      return [call.key ?? ''];
    case 'team':
      return [call.team ?? ''];
    case 'user':
      return [call.caller ?? ''];
    case 'endUser':
      return [call.endUser ?? ''];
    case 'model':
      return [call.modelServed ?? ''];
    case 'provider':
      return [call.provider ?? ''];
    case 'tag':
      return call.tags.length === 0 ? [''] : call.tags;
    default:
      throw new Error(`there are no sums by ${String(dimension satisfies never)}`);
  }
}

/** What one call adds to every sum it belongs to. */
export function spendOf({ outcome, estimator, cost, usage = {} }: RecordedCall): Spend {
  return {
    calls: 1,
    okCalls: outcome === 'ok' ? 1 : 0,
    estimatedCalls: estimator === undefined ? 0 : 1,
    unknownCalls: cost ? 0 : 1,
    micros: cost?.micros ?? 0,
    inputTokens: usage.inputTokens ?? 0,
    outputTokens: usage.outputTokens ?? 0,
    cachedTokens: usage.cachedTokens ?? 0,
    reasoningTokens: usage.reasoningTokens ?? 0,
  };
}

/** Adds one sum to another, or takes it away. */
export function addSpend(sum: Spend, other: Spend, sign: 1 | -1 = 1): Spend {
  return {
    calls: sum.calls + sign * other.calls,
    okCalls: sum.okCalls + sign * other.okCalls,
    estimatedCalls: sum.estimatedCalls + sign * other.estimatedCalls,
    unknownCalls: sum.unknownCalls + sign * other.unknownCalls,
    micros: sum.micros + sign * other.micros,
    inputTokens: sum.inputTokens + sign * other.inputTokens,
    outputTokens: sum.outputTokens + sign * other.outputTokens,
    cachedTokens: sum.cachedTokens + sign * other.cachedTokens,
    reasoningTokens: sum.reasoningTokens + sign * other.reasoningTokens,
  };
}

/**
 * What calls change in the sums of one unit of time, each row once and in one order: two writers who lock rows in the same order do not wait for each other in a
 * circle. Calls that are taken away count negative.
 */
export function sumCalls(added: readonly RecordedCall[], takenAway: readonly RecordedCall[], unit: SumUnit): readonly LedgerSum[] {
  const sums = new Map<string, LedgerSum>();
  const count = (call: RecordedCall, sign: 1 | -1): void => {
    const at = floorTo(unit, call.startedAt);
    const spend = spendOf(call);
    for (const dimension of spendDimensions) {
      for (const value of valuesOf(call, dimension)) {
        const key = `${dimension} ${at} ${value}`;
        const sum = sums.get(key) ?? { dimension, value, at, ...nothingSpent };
        sums.set(key, { dimension, value, at, ...addSpend(sum, spend, sign) });
      }
    }
  };
  for (const call of added) count(call, 1);
  for (const call of takenAway) count(call, -1);
  return [...sums.entries()].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, sum]) => sum);
}

export const nothingSpent: Spend = {
  calls: 0,
  okCalls: 0,
  estimatedCalls: 0,
  unknownCalls: 0,
  micros: 0,
  inputTokens: 0,
  outputTokens: 0,
  cachedTokens: 0,
  reasoningTokens: 0,
};
