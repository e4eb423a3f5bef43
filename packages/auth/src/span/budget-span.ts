import { beginOf, dayIn } from './time-zone.ts';

/** The time for which a budget holds. */
export interface Span {
  /** Unix milliseconds. */
  readonly start: number;
  /** The first moment that does not count any more; nothing where it never ends. */
  readonly end: number | undefined;
}

type Unit = 's' | 'm' | 'h' | 'd' | 'w' | 'mo';

interface Duration {
  readonly count: number;
  readonly unit: Unit;
}

/** Reads `30s`, `15m`, `1h`, `30d`, `1w`, `1mo`; nothing where it is none of these. */
export function readDuration(text: string): Duration | undefined {
  const [, count, unit] = /^([1-9]\d{0,4})(s|m|h|d|w|mo)$/.exec(text) ?? [];
  return count === undefined ? undefined : { count: Number(count), unit: unit as Unit };
}

const lengths: Readonly<Record<'s' | 'm' | 'h' | 'd' | 'w', number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** How long a duration is, for what ends a time after now; months are by the calendar of UTC. */
export function durationFrom(text: string, now: number): number | undefined {
  const duration = readDuration(text);
  if (!duration) return undefined;
  const { count, unit } = duration;
  if (unit !== 'mo') return now + count * lengths[unit];
  const date = new Date(now);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + count + 1, 0)).getUTCDate();
  return new Date(now).setUTCFullYear(date.getUTCFullYear(), date.getUTCMonth() + count, Math.min(date.getUTCDate(), last));
}

/** Where a moment lies among the spans of a budget. `anchor` is the moment from which spans of several days are counted. */
export function spanOf(every: string | undefined, timezone: string, anchor: number, now: number): Span {
  const duration = every === undefined ? undefined : readDuration(every);
  if (!duration) return { start: 0, end: undefined };
  const { count, unit } = duration;
  if (unit === 's' || unit === 'm' || unit === 'h') {
    const length = count * lengths[unit];
    const start = Math.floor(now / length) * length;
    return { start, end: start + length };
  }
  const key = count === 1 ? `${unit} ${timezone}` : `${every} ${timezone} ${anchor}`;
  const before = lately.get(key);
  if (before && before.start <= now && now < before.end) return before;
  const today = dayIn(now, timezone);
  const first = count === 1 ? 0 : dayIn(anchor, timezone);
  const [from, to] = unit === 'mo' ? months(first, today, count) : days(first, today, unit === 'w' ? 7 * count : count, unit === 'w');
  const span = { start: beginOf(from, timezone), end: beginOf(to, timezone) };
  if (lately.size >= 10_000) lately.clear();
  lately.set(key, span);
  return span;
}

/** Calendars of zones are slow to read, and every call of a span has the same answer. */
const lately = new Map<string, { readonly start: number; readonly end: number }>();

type Days = readonly [from: number, to: number];

function days(first: number, today: number, length: number, fromMonday: boolean): Days {
  // Day 0 was a Thursday: the Monday before it was day -3.
  const origin = fromMonday ? Math.floor((first + 3) / 7) * 7 - 3 : first;
  const from = origin + Math.floor((today - origin) / length) * length;
  return [from, from + length];
}

function months(first: number, today: number, count: number): Days {
  const monthOf = (day: number): number => {
    const date = new Date(day * lengths.d);
    return date.getUTCFullYear() * 12 + date.getUTCMonth();
  };
  const firstDayOf = (month: number): number => Date.UTC(Math.floor(month / 12), month % 12, 1) / lengths.d;
  const origin = monthOf(first);
  const from = origin + Math.floor((monthOf(today) - origin) / count) * count;
  return [firstDayOf(from), firstDayOf(from + count)];
}
