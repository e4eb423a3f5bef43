import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ledger, Log, Receipt } from '@ai-proxy/core';
import { toJournalLine } from './journal-lines.ts';

/**
 * Hands calls to a ledger. One that it takes none of is away: that is thrown, and everything is tried again later. One that takes the others and refuses a few has
 * something against those: they are set aside in `refused.jsonl`, so that no single call can hold up all that come after it.
 */
export async function handOver(ledger: Ledger, receipts: readonly Receipt[], root: string, log: Log): Promise<void> {
  try {
    await ledger.record(receipts);
    return;
  } catch (error) {
    if (receipts.length < 2) throw error;
  }
  // A ledger that is away is not asked five hundred times.
  await ledger.calls({}, undefined, 1);
  const refused: Receipt[] = [];
  for (const receipt of receipts) await ledger.record([receipt]).catch(() => refused.push(receipt));
  const taken = receipts.find((receipt) => !refused.includes(receipt));
  if (!taken) throw new Error('the ledger takes no calls');
  for (const receipt of refused) {
    const error = await refusalOf(ledger, receipt, taken);
    if (error === undefined) continue;
    await appendFile(join(root, 'refused.jsonl'), toJournalLine('settled', receipt), { mode: 0o600 });
    log.error({ ledger: ledger.name, id: receipt.id, error }, 'the ledger refuses this call; its account stands in refused.jsonl');
  }
}

/**
 * Why a ledger takes a call not even now; nothing where it does, because it has only just come back. Where it does not even take what it has taken already, or says that it has no
 * room or takes no writes, it is away, and that is thrown.
 */
async function refusalOf(ledger: Ledger, receipt: Receipt, taken: Receipt): Promise<string | undefined> {
  try {
    await ledger.record([receipt]);
    return undefined;
  } catch (error) {
    if (saysThatItIsAway(error)) throw error;
    await ledger.record([taken]);
    return String(error);
  }
}

/** By PostgreSQL's classes of codes, or SQLite's words: the connection, the disk, the memory, a lock, the right to write. */
function saysThatItIsAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return (
    /^(?:08|25|40|53|55|57|58|XX)[0-9A-Z]{3}$/.test(code) ||
    /disk is full|readonly database|database is locked|disk I\/O/.test(error.message)
  );
}
