import { appendFile, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Receipt } from '@ai-proxy/core';
import { createAppendWriter } from './append-writer.ts';
import { createJournalFolder } from './journal-folder.ts';
import type { JournalFolder } from './journal-folder.ts';
import { readJournalLine, toJournalLine } from './journal-lines.ts';
import { newSegment } from './segment.ts';
import type { Segment } from './segment.ts';

/** The accounts of calls that are not in the ledger yet, in files that survive the process. */
export interface Journal {
  /** Bytes in all of its files. */
  readonly bytes: number;
  /** Ended calls that wait in memory for the ledger. */
  readonly waiting: number;
  /** The folder of this process; it is made at the first use. */
  folder(): Promise<JournalFolder>;
  /** Resolves when the call would survive this process. */
  opened(ifLost: Receipt): Promise<void>;
  /** Whether the call was opened here and has not ended. */
  isOpen(id: string): boolean;
  settled(receipt: Receipt): void;
  /** The oldest ended calls, to be handed to the ledger. */
  take(most: number): Promise<TakenCalls | undefined>;
  /** They are in the ledger: files that nobody needs any more are deleted. */
  recorded(taken: TakenCalls): Promise<void>;
  /** Writes what is to be written; throws the folder away where all is in the ledger, and otherwise leaves it to the next process. */
  close(): Promise<void>;
}

export interface TakenCalls {
  readonly receipts: readonly Receipt[];
  readonly segment: Segment;
  readonly from: readonly Receipt[];
}

export interface JournalOptions {
  readonly root: string;
  /** Bytes after which the next file begins. */
  readonly segmentBytes: number;
  /** Ended calls that are kept in memory for a ledger that is slow or away; more are read from the files. */
  readonly memory: number;
  readonly lease: number;
}

interface OpenCall {
  readonly line: string;
  segment: Segment;
}

export function createJournal({ root, segmentBytes, memory, lease }: JournalOptions): Journal {
  let home: Promise<JournalFolder> | undefined;
  let number = 0;
  let bytes = 0;
  let isMoving = false;
  let owed: { readonly path: string; readonly lines: string } | undefined;
  let current: Segment | undefined;
  let segments: Segment[] = [];
  const open = new Map<string, OpenCall>();
  const writer = createAppendWriter(prepare);

  async function folder(): Promise<JournalFolder> {
    home ??= createJournalFolder(root, lease);
    try {
      return await home;
    } catch (error) {
      home = undefined;
      throw error;
    }
  }

  /** Before each write: the first one finds out where the files are, and one that was taken for dead begins anew. */
  async function prepare(): Promise<void> {
    const held = await (await folder()).isHeld();
    if (!held) {
      home = undefined;
      isMoving = true;
    }
    const { path } = await folder();
    if (isMoving) beginAnew(path);
    isMoving = false;
    for (const segment of segments) if (segment.path === '') segment.path = join(path, fileName());
    if (owed) await appendFile(owed.path, owed.lines, { mode: 0o600 });
    owed = undefined;
  }

  const fileName = (): string => `${String((number += 1)).padStart(8, '0')}.jsonl`;

  /** A survivor has the files by now. What this process knows itself stands in a new one: calls under way, and ended ones that are not in the ledger. */
  function beginAnew(path: string): void {
    const waiting = segments.flatMap((segment) => segment.waiting ?? []);
    const segment = newSegment(join(path, fileName()), true);
    const lines = [...[...open.values()].map(({ line }) => line), ...waiting.map((receipt) => toJournalLine('settled', receipt))].join('');
    // Should they break off half way, they are written once more, on a line of their own.
    owed = { path: segment.path, lines: `\n${lines}` };
    segment.waiting = waiting;
    segment.open = open.size;
    segment.bytes = Buffer.byteLength(lines);
    for (const call of open.values()) call.segment = segment;
    // Lines that are on their way to another file go to this one.
    for (const old of segments) old.path = segment.path;
    segments = [segment];
    current = segment;
    bytes = segment.bytes;
  }

  /** The file that lines go to; a full one is followed by the next. */
  function segmentFor(line: string): Segment {
    const size = Buffer.byteLength(line);
    if (!current || (current.bytes > 0 && current.bytes + size > segmentBytes)) beginNext();
    const segment = current ?? beginNext();
    segment.bytes += size;
    bytes += size;
    return segment;
  }

  function beginNext(): Segment {
    // Its path is known once the folder is: see `prepare`.
    current = newSegment('', waitingCount() < memory);
    segments.push(current);
    return current;
  }

  const waitingCount = (): number => segments.reduce((sum, { waiting }) => sum + (waiting?.length ?? 0), 0);

  function end(id: string): void {
    const call = open.get(id);
    if (!call) return;
    call.segment.open -= 1;
    open.delete(id);
  }

  /** Deletes files of which all is in the ledger. A few calls that take long keep no file: their lines move on to the newest. */
  async function sweep(): Promise<void> {
    const old = segments.filter((segment) => segment !== current && segment.waiting?.length === 0);
    if (old.length === 0) return;
    for (const segment of old) if (segment.open > 0) moveOpen(segment);
    // What replaces a line must have been written before the line goes.
    if (!(await writer.flush())) return;
    for (const segment of old.filter(({ open: count }) => count === 0)) {
      if (!segments.includes(segment)) continue;
      segments = segments.filter((one) => one !== segment);
      bytes -= segment.bytes;
      if (segment.path !== '') await unlink(segment.path).catch(() => {});
    }
  }

  function moveOpen(segment: Segment): void {
    const calls = [...open.values()].filter((call) => call.segment === segment);
    const size = calls.reduce((sum, { line }) => sum + Buffer.byteLength(line), 0);
    if (size > segment.bytes / 2) return;
    for (const call of calls) {
      call.segment = segmentFor(call.line);
      call.segment.open += 1;
      writer.keep(call.segment, call.line);
    }
    segment.open = 0;
  }

  /** The ended calls of a file that were too many for the memory. */
  async function load(segment: Segment): Promise<boolean> {
    if (segment === current) beginNext();
    if (!(await writer.flush())) return false;
    if (segment.waiting) return true;
    // Where a survivor has taken the files, he records what stands in them.
    const text = await readFile(segment.path, 'utf8').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
      throw error;
    });
    const entries = text.split('\n').map(readJournalLine);
    segment.waiting = entries.flatMap((entry) => (entry.kind === 'settled' ? [entry.receipt] : []));
    return true;
  }

  return {
    get bytes() {
      return bytes;
    },
    get waiting() {
      return waitingCount();
    },
    folder,
    async opened(ifLost) {
      const line = toJournalLine('opened', ifLost);
      const segment = segmentFor(line);
      open.set(ifLost.id, { line, segment });
      segment.open += 1;
      try {
        await writer.append(segment, line);
      } catch (error) {
        end(ifLost.id);
        throw error;
      }
    },
    isOpen: (id) => open.has(id),
    settled(receipt) {
      const line = toJournalLine('settled', receipt);
      const segment = segmentFor(line);
      writer.keep(segment, line);
      segment.waiting?.push(receipt);
      end(receipt.id);
    },
    async take(most) {
      for (const segment of segments.slice()) {
        if (!segment.waiting && segment.bytes > 0 && !(await load(segment))) continue;
        const { waiting } = segment;
        if (waiting && waiting.length > 0) return { receipts: waiting.slice(0, most), segment, from: waiting };
      }
      return undefined;
    },
    async recorded({ receipts, segment, from }) {
      // Where the process had to begin anew meanwhile, they are handed over once more, which changes nothing.
      if (segment.waiting === from) segment.waiting.splice(0, receipts.length);
      await sweep();
    },
    async close() {
      const isWritten = await writer.flush();
      await writer.close();
      const place = await home?.catch(() => undefined);
      if (isWritten && open.size === 0 && segments.every(({ waiting }) => waiting?.length === 0)) await place?.remove();
      else await place?.leave();
      home = undefined;
      segments = [];
      current = undefined;
      bytes = 0;
    },
  };
}
