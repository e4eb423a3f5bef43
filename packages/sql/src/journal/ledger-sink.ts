import { consoleLog } from '@ai-proxy/core';
import type { Ledger, Log, Receipt, ReceiptSink } from '@ai-proxy/core';
import { createDrain } from './drain.ts';
import { handOver } from './hand-over.ts';
import { createJournal } from './journal.ts';
import { adoptOrphans, replayAdopted } from './orphans.ts';

export interface LedgerSinkOptions {
  /** The folder of the journals; several processes may share it. It must outlive the process: in a container, a volume. */
  readonly journal: string;
  /**
   * Bytes that the journal of one process may grow to while the ledger is away. Beyond, new calls are refused with 503.
   * @default 268435456
   */
  readonly maxBytes?: number;
  /** Bytes of one file of the journal. @default 4194304 */
  readonly segmentBytes?: number;
  /** Ended calls that wait in memory while the ledger is away; more are read from the files again. @default 5000 */
  readonly memory?: number;
  /**
   * Milliseconds without a sign of life after which a process of another machine, or of another container, is thought dead.
   * @default 60000
   */
  readonly lease?: number;
  /**
   * Is told of calls of processes that have died, once they stand in the ledger, so that open budgets hear of them: `keys({ … }).countAdopted`. Where it rejects, the journal
   * is kept, and gone through again.
   */
  readonly onAdopted?: (receipts: readonly Receipt[]) => void | Promise<void>;
  /** Where it is told that the ledger is away, and what was found of dead processes; by default the console. */
  readonly log?: Log;
}

/** A sink that brings every call to a ledger, whatever happens to the process in between. */
export interface LedgerSink extends ReceiptSink {
  opened(ifLost: Receipt): Promise<void>;
  settled(receipt: Receipt): void;
  /**
   * Takes over what dead processes have left, and hands over what waits: at the start of a server, before the first call does it. False where the ledger is
   * away.
   */
  ready(): Promise<boolean>;
  close(grace: number): Promise<void>;
}

/**
 * Brings the accounts of calls to a ledger by way of a journal: before a provider is asked, the call stands in a file; after the end its account does, and goes to
 * the ledger in batches. A process that dies leaves its journal to the survivors, which record what had ended, and what had not as `process_died`, with its
 * usage estimated. The ledger stays open when the sink is closed.
 */
export function ledgerSink(ledger: Ledger, options: LedgerSinkOptions): LedgerSink {
  const {
    journal: root,
    maxBytes = 256 * 1024 * 1024,
    segmentBytes = 4 * 1024 * 1024,
    memory = 5000,
    lease = 60_000,
    log = consoleLog,
  } = options;
  const journal = createJournal({ root, segmentBytes: Math.min(segmentBytes, maxBytes), memory, lease });
  const record = async (receipts: readonly Receipt[]): Promise<void> => handOver(ledger, receipts, root, log);
  const recordAdopted = async (receipts: readonly Receipt[]): Promise<void> => {
    await record(receipts);
    await options.onAdopted?.(receipts);
  };
  const drain = createDrain(journal, record, log);
  let heartbeat: NodeJS.Timeout | undefined;
  let adopting: Promise<boolean> | undefined;
  let unrecorded = 0;

  /** The first call begins it: nothing is opened before. */
  function begin(): void {
    if (heartbeat !== undefined) return;
    let beats = 0;
    heartbeat = setInterval(() => {
      beats += 1;
      void journal.folder().then(
        async (folder) => folder.renew(),
        () => {},
      );
      if (beats % 6 === 0) void adopt();
    }, lease / 6).unref();
    void adopt();
  }

  /** Once at a time; what fails is tried again with the next. */
  async function adopt(): Promise<boolean> {
    adopting ??= adoptNow().finally(() => (adopting = undefined));
    return adopting;
  }

  async function adoptNow(): Promise<boolean> {
    try {
      const own = await journal.folder();
      await adoptOrphans(root, own, lease);
      const { settled, died, torn, foreign } = await replayAdopted(root, own, recordAdopted);
      if (settled + died + torn > 0) log.warn({ settled, died, torn }, 'calls of processes that have died were recorded');
      for (const path of foreign) log.error({ path }, 'a newer version has written this journal; start that version to have it recorded');
      return true;
    } catch (error) {
      log.warn({ error: String(error) }, 'the journals of dead processes could not be read or recorded; it is tried again');
      return false;
    }
  }

  return {
    name: ledger.name,
    async opened(ifLost) {
      begin();
      if (journal.bytes >= maxBytes)
        throw new Error(`the journal has grown to ${journal.bytes} bytes, which is its bound: the ledger is away`);
      await journal.opened(ifLost);
    },
    settled(receipt) {
      begin();
      // A call that no provider was asked for is no money. Whoever is refused again and again must not fill the disk.
      if (journal.bytes >= maxBytes && !journal.isOpen(receipt.id)) {
        unrecorded += 1;
        if (unrecorded === 1)
          log.error({ bytes: journal.bytes }, 'the journal is full: calls that are refused are not recorded until the ledger is back');
        return;
      }
      if (unrecorded > 0) log.error({ calls: unrecorded }, 'so many calls were refused and not recorded while the journal was full');
      unrecorded = 0;
      journal.settled(receipt);
      drain.wake();
    },
    async ready() {
      begin();
      return (await adopt()) && (await drain.run());
    },
    async close(grace) {
      clearInterval(heartbeat);
      heartbeat = undefined;
      let clock: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => {
        clock = setTimeout(resolve, grace);
      });
      // A ledger that does not answer holds up nobody: what is left stands in the files.
      await Promise.race([patience, Promise.all([drain.run(), adopting])]);
      clearTimeout(clock);
      void drain.stop();
      await journal.close();
    },
  };
}
