import { invalidParameter } from '../errors/parameter-errors.ts';

/** The place of a call in a listing: when it started and its id. */
export interface LedgerPlace {
  readonly startedAt: number;
  readonly id: string;
}

/** A place as callers hand it back: text that is safe in a URL. */
export const toCursor = ({ startedAt, id }: LedgerPlace): string => `${startedAt}.${encodeURIComponent(id)}`;

/** Reads a cursor; one that no ledger has given out is the caller's mistake. */
export function fromCursor(cursor: string): LedgerPlace {
  const [, time, id] = /^(\d{1,16})\.(.{1,4096})$/s.exec(cursor) ?? [];
  try {
    if (time !== undefined && id !== undefined) return { startedAt: Number(time), id: decodeURIComponent(id) };
  } catch {
    // A broken escape: it is none of ours.
  }
  throw invalidParameter('cursor', 'The cursor is not one that this ledger has given out. Leave it out to begin with the newest call.');
}

/** How many calls, sums or other rows are asked for, within what a ledger gives at once. */
export function boundedLimit(limit: number | undefined, usual: number, most: number): number {
  return limit === undefined || Number.isNaN(limit) ? usual : Math.min(Math.max(Math.trunc(limit), 1), most);
}
