import type { Receipt, Log } from '@ai-proxy/core';
import type { Journal } from './journal.ts';

/** Moves ended calls from the journal to the ledger, in batches. */
export interface Drain {
  /** There is something to move: it is done soon, or at once where it has become much. */
  wake(): void;
  /** Moves all there is; false where the ledger was away. */
  run(): Promise<boolean>;
  stop(): Promise<void>;
}

/** Milliseconds in which calls gather. */
const gathering = 500;
const batchSize = 500;
const longestPause = 10_000;

export function createDrain(journal: Journal, record: (receipts: readonly Receipt[]) => Promise<void>, log: Log): Drain {
  let clock: NodeJS.Timeout | undefined;
  let clockIsShort = false;
  let running: Promise<boolean> | undefined;
  let failures = 0;
  let isStopped = false;

  async function move(): Promise<boolean> {
    try {
      for (let taken = await journal.take(batchSize); taken; taken = await journal.take(batchSize)) {
        await record(taken.receipts);
        if (failures > 0) log.info({ waiting: journal.waiting, bytes: journal.bytes }, 'the ledger takes calls again');
        failures = 0;
        await journal.recorded(taken);
      }
      return true;
    } catch (error) {
      failures += 1;
      if (failures === 1)
        log.warn(
          { error: String(error), bytes: journal.bytes },
          'the ledger takes no calls; they wait in the journal, and are handed over again',
        );
      return false;
    }
  }

  async function run(): Promise<boolean> {
    clearTimeout(clock);
    clock = undefined;
    let isDone: boolean;
    do {
      running ??= move().finally(() => (running = undefined));
      isDone = await running;
      // What ended while the last look was taken found it running, and woke nobody.
    } while (isDone && journal.waiting > 0);
    if (!isDone && !isStopped) wait(Math.min(250 * 2 ** failures, longestPause), false);
    return isDone;
  }

  function wait(milliseconds: number, isShort: boolean): void {
    if (clock !== undefined && (clockIsShort || !isShort)) return;
    clearTimeout(clock);
    clockIsShort = isShort;
    clock = setTimeout(() => void run(), milliseconds).unref();
  }

  return {
    wake() {
      if (isStopped || running || failures > 0) return;
      const isMuch = journal.waiting >= batchSize;
      wait(isMuch ? 0 : gathering, isMuch);
    },
    run,
    async stop() {
      isStopped = true;
      clearTimeout(clock);
      await running;
    },
  };
}
