import type { LedgerSpan, SpendQuery } from './spend.ts';
import { ceilTo, floorTo } from './sums.ts';

/** Which sums make up a span of time: whole days, and hours at its ends. Both are half open. */
export interface SumPlan {
  /** The span as it is summed. */
  readonly from: number;
  readonly to: number;
  readonly days: readonly Stretch[];
  readonly hours: readonly Stretch[];
}

export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Open ends, as numbers that every database compares. */
export const beginning = 0;
export const endOfTime: number = floorTo('day', Number.MAX_SAFE_INTEGER);

/** Chooses the fewest sums for a span. `hoursFrom`: the first hour that has not been pruned. */
export function planSums({ from, to, per }: Pick<SpendQuery, 'from' | 'to' | 'per'>, hoursFrom: number): SumPlan {
  const start = Math.max(from ?? beginning, beginning);
  const end = Math.max(Math.min(to ?? endOfTime, endOfTime), start);
  switch (per) {
    case 'hour':
      return byTheHour(Math.max(floorTo('hour', start), hoursFrom), ceilTo('hour', end));
    case 'day':
      return byTheDay(floorTo('day', start), ceilTo('day', end));
    case undefined:
      return overall(start, end, hoursFrom);
    default:
      throw new Error(`there are no sums per ${String(per satisfies never)}`);
  }
}

function overall(start: number, end: number, hoursFrom: number): SumPlan {
  const from = floorTo('hour', start);
  const to = ceilTo('hour', end);
  const firstDay = ceilTo('day', from);
  const lastDay = floorTo('day', to);
  if (firstDay > lastDay) return from >= hoursFrom ? byTheHour(from, to) : byTheDay(floorTo('day', from), ceilTo('day', to));
  const widensStart = from < firstDay && from < hoursFrom;
  const widensEnd = lastDay < to && lastDay < hoursFrom;
  const dayFrom = widensStart ? floorTo('day', from) : firstDay;
  const dayTo = widensEnd ? ceilTo('day', to) : lastDay;
  return {
    from: Math.min(from, dayFrom),
    to: Math.max(to, dayTo),
    days: stretches({ from: dayFrom, to: dayTo }),
    hours: [...stretches({ from, to: dayFrom }), ...stretches({ from: dayTo, to })],
  };
}

const byTheHour = (from: number, to: number): SumPlan => ({ from, to, days: [], hours: stretches({ from, to }) });

const byTheDay = (from: number, to: number): SumPlan => ({ from, to, days: stretches({ from, to }), hours: [] });

const stretches = (stretch: Stretch): readonly Stretch[] => (stretch.from < stretch.to ? [stretch] : []);

/** The span of a plan as a report says it: open where it was asked for so. */
export const reportedSpan = ({ from, to }: SumPlan, asked: LedgerSpan): { from: number | undefined; to: number | undefined } => ({
  from: asked.from === undefined ? undefined : from,
  to: asked.to === undefined ? undefined : to,
});
