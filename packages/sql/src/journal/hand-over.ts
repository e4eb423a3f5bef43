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
  const refused: { receipt: Receipt; error: unknown }[] = [];
  for (const receipt of receipts) {
    try {
      await ledger.record([receipt]);
    } catch (error) {
      refused.push({ receipt, error });
    }
  }
  if (refused.length === receipts.length) throw new Error('the ledger takes no calls', { cause: refused[0]?.error });
  for (const { receipt, error } of refused) {
    await appendFile(join(root, 'refused.jsonl'), toJournalLine('settled', receipt), { mode: 0o600 });
    log.error(
      { ledger: ledger.name, id: receipt.id, error: String(error) },
      'the ledger refuses this call; its account stands in refused.jsonl',
    );
  }
}
