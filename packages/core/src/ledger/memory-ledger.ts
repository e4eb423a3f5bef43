import type { Ledger, RecordedCall } from './ledger.ts';
import { toRecordedCall, toStoredFeedback } from './account.ts';
import { boundedLimit, fromCursor, toCursor } from './cursor.ts';
import { createMemorySums } from './memory-sums.ts';
import { matchesFilter, newestFirst } from './filter.ts';

export interface MemoryLedgerOptions {
  /** For errors and the log. @default 'memory ledger' */
  readonly name?: string;
  /** Calls that are kept; the oldest make room. @default 10000 */
  readonly calls?: number;
  /** Rows of sums by the hour, and as many by the day, that are kept; the oldest make room. @default 100000 */
  readonly sums?: number;
}

/** A ledger for tests and for servers that may forget: it is gone with the process, and bounded. */
export function memoryLedger({
  name = 'memory ledger',
  calls: mostCalls = 10_000,
  sums: mostSums = 100_000,
}: MemoryLedgerOptions = {}): Ledger {
  const calls = new Map<string, RecordedCall>();
  const sums = createMemorySums(mostSums);

  return {
    name,
    async record(receipts) {
      for (const receipt of receipts) {
        const call = toRecordedCall(receipt);
        const known = calls.get(call.id);
        if (known && (known.outcome !== 'process_died' || call.outcome === 'process_died')) continue;
        sums.add([call], known ? [known] : []);
        calls.set(call.id, { ...call, feedback: known?.feedback });
      }
      for (const id of calls.keys()) {
        if (calls.size <= mostCalls) break;
        calls.delete(id);
      }
    },
    async calls(filter = {}, cursor, limit) {
      const size = boundedLimit(limit, 50, 1000);
      const place = cursor === undefined ? undefined : fromCursor(cursor);
      const found = [...calls.values()]
        .filter((call) => matchesFilter(call, filter) && (place === undefined || newestFirst(place, call) < 0))
        .toSorted(newestFirst);
      const page = found.slice(0, size);
      const last = page.at(-1);
      return { calls: page, next: last && found.length > size ? toCursor(last) : undefined };
    },
    async call(id) {
      return calls.get(id);
    },
    async spend(query) {
      return sums.spend(query);
    },
    async feedback(id, feedback) {
      const call = calls.get(id);
      if (call) calls.set(id, { ...call, feedback: toStoredFeedback(feedback) });
      return call !== undefined;
    },
    async prune(what) {
      const old = [...calls.values()].filter((call) => call.startedAt < what.before);
      for (const { id } of old) calls.delete(id);
      return { calls: old.length, sums: sums.prune(what) };
    },
    async close() {
      // Nothing is held open.
    },
  };
}
