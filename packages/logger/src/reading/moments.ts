import { invalidParameter } from '@ai-proxy/core';
import type { Query } from '@ai-proxy/core';

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };

/**
 * Reads a moment as people and programs write it: `2026-11-01`, `2026-11-01T12:00:00Z`, Unix milliseconds, or how long ago it was: `90m`, `24h`, `30d`, `2w`.
 * A date without a time is its beginning in UTC.
 */
export function readMoment(name: string, text: string, now: number): number {
  const ago = /^(\d{1,6})([mhdw])$/.exec(text);
  if (ago) return now - Number(ago[1]) * (units[ago[2] ?? ''] ?? 0);
  if (/^\d{11,14}$/.test(text)) return Number(text);
  // A plus sign in a query is read as a space.
  const moment = /^\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+ -]\d{2}:?\d{2})?)?$/.test(text) ? Date.parse(toUtc(text.replace(' ', '+'))) : NaN;
  if (Number.isNaN(moment)) {
    throw invalidParameter(
      name,
      `"${name}" is no moment: ${JSON.stringify(text.slice(0, 60))}. Write 2026-11-01, 2026-11-01T12:00:00Z, Unix milliseconds, or 30d for thirty days ago.`,
    );
  }
  return moment;
}

/** A time without a zone would be the server's own, which nobody who asks can know. */
const toUtc = (text: string): string => (/T[\d:.]+$/.test(text) ? `${text}Z` : text);

/** A parameter that is a moment; nothing where it is not given. */
export function momentIn(query: Query, name: string, now: number): number | undefined {
  const text = query.text(name);
  return text === undefined ? undefined : readMoment(name, text, now);
}

/** A moment as answers say it. */
export const toDate = (moment: number | undefined): string | null => (moment === undefined ? null : new Date(moment).toISOString());
