import type { Receipt } from '@ai-proxy/core';

/** One file of a journal, as its owner knows it. */
export interface Segment {
  path: string;
  /** Written, and about to be. */
  bytes: number;
  /** Calls that were opened here and are under way. */
  open: number;
  /** Ended calls that stand here and are not in the ledger yet; nothing where they are too many for the memory, and to be read from the file. */
  waiting: Receipt[] | undefined;
}

export const newSegment = (path: string, inMemory: boolean): Segment => ({ path, bytes: 0, open: 0, waiting: inMemory ? [] : undefined });
