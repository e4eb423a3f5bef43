import { invalidParameter } from '../errors/parameter-errors.ts';

/** A place in a listing as callers hand it back: text that is safe in a URL. */
export const toKeyCursor = (id: string): string => encodeURIComponent(id);

/** Reads a cursor; one that no store has given out is the caller's mistake. */
export function fromKeyCursor(cursor: string): string {
  try {
    if (cursor !== '' && cursor.length <= 1024) return decodeURIComponent(cursor);
  } catch {
    // A broken escape: it is none of ours.
  }
  throw invalidParameter('cursor', 'The cursor is not one that this store has given out. Leave it out to begin with the first.');
}
