// What ledgers are made of, for who writes one. An entry of its own: a thread that only keeps accounts loads no proxy.
export { storableEntries, toRecordedCall, toStoredFeedback } from './account.ts';
export { boundedLimit, fromCursor, toCursor } from './cursor.ts';
export type { LedgerPlace } from './cursor.ts';
export { planSums, reportedSpan } from './span.ts';
export type { Stretch, SumPlan } from './span.ts';
export { spendDimensions } from './spend.ts';
export { sumCalls, sumsLeft } from './sums.ts';
export type { LedgerSum, SumUnit } from './sums.ts';
export { ProxyError } from '../errors/proxy-error.ts';
