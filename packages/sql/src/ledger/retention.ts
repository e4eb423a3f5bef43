import type { Ledger, Log } from '@ai-proxy/core';

/** How long a ledger keeps what it knows, in days. */
export interface Retention {
  /** Calls and sums by the hour. @default for ever */
  readonly calls?: number;
  /** Sums by the day. @default for ever */
  readonly sums?: number;
}

const day = 86_400_000;
const hour = 3_600_000;

/** Prunes a ledger once an hour, beginning with its first use. */
export function startRetention(ledger: Ledger, { calls, sums }: Retention, log: Log): Ledger {
  let clock: NodeJS.Timeout | undefined;

  async function prune(): Promise<void> {
    const now = Date.now();
    try {
      await ledger.prune({
        before: calls === undefined ? 0 : now - calls * day,
        ...(sums === undefined ? {} : { days: now - sums * day }),
      });
    } catch (error) {
      log.warn({ ledger: ledger.name, error: String(error) }, 'old calls could not be pruned; it is tried again in an hour');
    }
  }

  return {
    ...ledger,
    async record(receipts) {
      if (clock === undefined) {
        clock = setInterval(() => void prune(), hour).unref();
        void prune();
      }
      await ledger.record(receipts);
    },
    async close() {
      clearInterval(clock);
      await ledger.close();
    },
  };
}
