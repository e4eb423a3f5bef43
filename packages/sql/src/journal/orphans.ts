import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Receipt } from '@ai-proxy/core';
import type { JournalFolder } from './journal-folder.ts';
import { readJournalLine } from './journal-lines.ts';
import { isOrphan } from './owner.ts';

export interface Adopted {
  /** Calls that had ended. */
  readonly settled: number;
  /** Calls that were under way when their process died. */
  readonly died: number;
  /** Lines that ended half way. */
  readonly torn: number;
  /** Journals that a newer version has written; they lie beside the others for it. */
  readonly foreign: readonly string[];
}

/**
 * Takes over the journals of processes that have died. A folder that is renamed into one's own is one's own: of several survivors one succeeds, and should he die too,
 * it goes over to the next with the rest.
 */
export async function adoptOrphans(root: string, own: JournalFolder, lease: number): Promise<void> {
  for (const name of await foldersIn(root)) {
    const folder = join(root, name);
    if (folder === own.path || name.startsWith(unreadable)) continue;
    if (!(await isOrphan(folder, { folder: own.path, owner: own.owner }, lease))) continue;
    await rename(folder, join(own.path, `adopted-${name}`)).catch(() => {});
  }
}

const unreadable = 'unreadable-';

/** Hands what stands in adopted journals to the ledger, and deletes them. */
export async function replayAdopted(
  root: string,
  own: JournalFolder,
  record: (receipts: readonly Receipt[]) => Promise<void>,
): Promise<Adopted> {
  const adopted = { settled: 0, died: 0, torn: 0, foreign: [] as string[] };
  for (const name of await foldersIn(own.path)) {
    const folder = join(own.path, name);
    const read = await replay(folder, record);
    adopted.settled += read.settled;
    adopted.died += read.died;
    adopted.torn += read.torn;
    if (read.isForeign) {
      const kept = join(root, `${unreadable}${basename(name)}`);
      await rename(folder, kept);
      adopted.foreign.push(kept);
    } else {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return adopted;
}

async function replay(
  folder: string,
  record: (receipts: readonly Receipt[]) => Promise<void>,
): Promise<{ settled: number; died: number; torn: number; isForeign: boolean }> {
  const open = new Map<string, Receipt>();
  let settled = 0;
  let torn = 0;
  let isForeign = false;
  for (const path of await journalFilesIn(folder)) {
    const ended: Receipt[] = [];
    for (const line of (await readFile(path, 'utf8')).split('\n')) {
      if (line === '') continue;
      const entry = readJournalLine(line);
      if (entry.kind === 'torn') {
        torn += 1;
      } else if (entry.kind === 'foreign') {
        isForeign = true;
      } else if (entry.kind === 'opened') {
        open.set(entry.receipt.id, entry.receipt);
      } else {
        open.delete(entry.receipt.id);
        ended.push(entry.receipt);
      }
    }
    settled += ended.length;
    await recordInSteps(ended, record);
  }
  await recordInSteps([...open.values()], record);
  return { settled, died: open.size, torn, isForeign };
}

async function recordInSteps(receipts: readonly Receipt[], record: (receipts: readonly Receipt[]) => Promise<void>): Promise<void> {
  for (let start = 0; start < receipts.length; start += 500) await record(receipts.slice(start, start + 500));
}

async function foldersIn(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** In the order in which they were written; what a dead survivor had adopted itself lies deeper. */
async function journalFilesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.jsonl'))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}
