// What ledgers are made of, for who writes one. An entry of its own: a thread that only keeps accounts loads no proxy.
export { storableEntries, toRecordedCall, toStoredFeedback } from './ledger-account.ts';
export { boundedLimit, fromCursor, toCursor } from './ledger-cursor.ts';
export type { LedgerPlace } from './ledger-cursor.ts';
export { planSums, reportedSpan } from './ledger-span.ts';
export type { Stretch, SumPlan } from './ledger-span.ts';
export { spendDimensions } from './ledger-spend.ts';
export { sumCalls, sumsLeft } from './ledger-sums.ts';
export type { LedgerSum, SumUnit } from './ledger-sums.ts';
export { ProxyError } from '../errors/proxy-error.ts';
