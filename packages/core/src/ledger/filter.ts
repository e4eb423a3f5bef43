import type { LedgerPlace } from './cursor.ts';
import type { CallFilter, RecordedCall } from './ledger.ts';

/** Whether a call is among those that are asked for. */
export function matchesFilter(call: RecordedCall, filter: CallFilter): boolean {
  return (
    (filter.from === undefined || call.startedAt >= filter.from) &&
    (filter.to === undefined || call.startedAt < filter.to) &&
    (filter.key === undefined || call.key === filter.key) &&
    (filter.team === undefined || call.team === filter.team) &&
    (filter.caller === undefined || call.caller === filter.caller) &&
    (filter.endUser === undefined || call.endUser === filter.endUser) &&
    (filter.model === undefined || call.modelServed === filter.model) &&
    (filter.provider === undefined || call.provider === filter.provider) &&
    (filter.outcome === undefined || call.outcome === filter.outcome) &&
    (filter.tag === undefined || call.tags.includes(filter.tag))
  );
}

/** The order of listings: by time, then by id, which sorts by time too. */
export function newestFirst(one: LedgerPlace, other: LedgerPlace): number {
  if (one.startedAt !== other.startedAt) return other.startedAt - one.startedAt;
  return one.id === other.id ? 0 : one.id < other.id ? 1 : -1;
}
