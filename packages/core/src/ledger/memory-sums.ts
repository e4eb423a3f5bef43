import { boundedLimit } from './cursor.ts';
import { planSums, reportedSpan } from './span.ts';
import type { Stretch } from './span.ts';
import type { SpendQuery, SpendReport, SpendRow } from './spend.ts';
import { addSpend, nothingSpent, sumCalls, sumsLeft } from './sums.ts';
import type { LedgerSum } from './sums.ts';
import type { PruneQuery, RecordedCall } from './ledger.ts';

/** The sums of a ledger in memory. */
export interface MemorySums {
  add(added: readonly RecordedCall[], takenAway: readonly RecordedCall[]): void;
  spend(query: SpendQuery): SpendReport;
  /** Forgets hours before one moment and days before another; says how many. */
  prune(what: PruneQuery): number;
}

export function createMemorySums(most: number): MemorySums {
  const hours = new Map<string, LedgerSum>();
  const days = new Map<string, LedgerSum>();
  let hoursFrom = 0;

  return {
    add(added, takenAway) {
      merge(hours, sumCalls(added, takenAway, 'hour'), most);
      merge(days, sumCalls(added, takenAway, 'day'), most);
    },
    spend(query) {
      const plan = planSums(query, hoursFrom);
      const sums = [...inside(hours, plan.hours), ...inside(days, plan.days)].filter(
        ({ dimension, value }) => dimension === query.by && (query.only === undefined || value === query.only),
      );
      const rows = groupRows(sums, query.per !== undefined);
      const limit = boundedLimit(query.limit, 1000, 10_000);
      return { ...reportedSpan(plan, query), rows: rows.slice(0, limit), more: rows.length > limit };
    },
    prune(what) {
      const left = sumsLeft(what);
      hoursFrom = Math.max(hoursFrom, left.hoursFrom);
      return forget(hours, hoursFrom) + (left.daysFrom === undefined ? 0 : forget(days, left.daysFrom));
    },
  };
}

function merge(into: Map<string, LedgerSum>, changes: readonly LedgerSum[], most: number): void {
  for (const change of changes) {
    const key = `${change.dimension} ${change.at} ${change.value}`;
    into.set(key, { ...change, ...addSpend(into.get(key) ?? nothingSpent, change) });
  }
  for (const key of into.keys()) {
    if (into.size <= most) break;
    into.delete(key);
  }
}

const inside = (sums: Map<string, LedgerSum>, stretches: readonly Stretch[]): LedgerSum[] =>
  stretches.length === 0 ? [] : [...sums.values()].filter(({ at }) => stretches.some(({ from, to }) => at >= from && at < to));

function groupRows(sums: readonly LedgerSum[], byTime: boolean): SpendRow[] {
  const rows = new Map<string, SpendRow>();
  for (const sum of sums) {
    const at = byTime ? sum.at : undefined;
    const key = `${at} ${sum.value}`;
    rows.set(key, { value: sum.value || undefined, at, ...addSpend(rows.get(key) ?? nothingSpent, sum) });
  }
  return [...rows.values()].filter((row) => row.calls > 0).toSorted(inOrder);
}

function inOrder(one: SpendRow, other: SpendRow): number {
  if (one.at !== other.at) return (one.at ?? 0) - (other.at ?? 0);
  if (one.micros !== other.micros) return other.micros - one.micros;
  if (one.calls !== other.calls) return other.calls - one.calls;
  return (one.value ?? '') < (other.value ?? '') ? -1 : 1;
}

function forget(sums: Map<string, LedgerSum>, before: number): number {
  let forgotten = 0;
  for (const [key, { at }] of sums) {
    if (at >= before) continue;
    sums.delete(key);
    forgotten += 1;
  }
  return forgotten;
}
