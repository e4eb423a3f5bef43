import { isJsonObject } from '@ai-proxy/core';
import type { Receipt } from '@ai-proxy/core';

/** The version of the form. A line of another version is left for who can read it. */
const version = 1;

/** One line of a journal. */
export type JournalEntry =
  | { readonly kind: 'opened' | 'settled'; readonly receipt: Receipt }
  /** A line that this version does not know: newer than it. */
  | { readonly kind: 'foreign' }
  /** Half a line: the process, or the disk, ended in the middle of it. */
  | { readonly kind: 'torn' };

/** A line with its end. Of the caller only the id is kept: the rest may be anything, even something that is no JSON. */
export function toJournalLine(kind: 'opened' | 'settled', receipt: Receipt): string {
  return `${JSON.stringify({ v: version, [kind]: { ...receipt, caller: receipt.caller && { id: receipt.caller.id } } })}\n`;
}

export function readJournalLine(line: string): JournalEntry {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { kind: 'torn' };
  }
  if (!isJsonObject(value)) return { kind: 'torn' };
  if (value['v'] !== version) return { kind: 'foreign' };
  const kind = isJsonObject(value['opened']) ? 'opened' : 'settled';
  const receipt = value[kind];
  // What was written by toJournalLine: what JSON leaves out, because it was undefined, is undefined again.
  return isJsonObject(receipt) && typeof receipt['id'] === 'string' ? { kind, receipt: receipt as unknown as Receipt } : { kind: 'torn' };
}
