import type { Call } from '../call/call.ts';
import type { Receipt } from './receipt.ts';
import { ProxyError } from '../errors/proxy-error.ts';
import type { Log } from '../log/log.ts';
import { estimateRequest } from '../metering/estimate-request.ts';
import type { ReceiptSink } from './sink.ts';

/** Hands the accounts of calls to whoever wants them. */
export interface Delivery {
  /** To be waited for before a provider is asked, where it answers a promise at all. */
  opened(call: Call): Promise<void> | undefined;
  settled(receipt: Receipt, call: Call): void;
  close(grace: number): Promise<void>;
}

export interface DeliveryOptions {
  readonly sinks: readonly ReceiptSink[];
  readonly onReceipt: ((receipt: Receipt) => void) | undefined;
  readonly log: Log;
}

export function createDelivery({ sinks, onReceipt, log }: DeliveryOptions): Delivery {
  const settling: readonly Pick<ReceiptSink, 'name' | 'settled'>[] = onReceipt
    ? [{ name: 'onReceipt', settled: onReceipt }, ...sinks]
    : sinks;
  const opening = sinks.filter((sink) => sink.opened !== undefined);

  async function openAll(ifLost: Receipt): Promise<void> {
    for (const sink of opening) {
      try {
        await sink.opened?.(ifLost);
      } catch (cause) {
        throw storeUnavailable(sink.name, cause);
      }
    }
  }

  return {
    opened(call) {
      if (opening.length === 0) return undefined;
      const usage = estimateRequest(call);
      return openAll(call.receipt.ifLost(usage, usage && 'request'));
    },
    settled(receipt, call) {
      for (const sink of settling) {
        try {
          sink.settled(receipt, call.input);
        } catch (error) {
          log.error(
            { id: receipt.id, sink: sink.name, error: error instanceof Error ? error.message : String(error) },
            `${sink.name} threw; the account of this call may be lost there`,
          );
        }
      }
    },
    async close(grace) {
      const closed = await Promise.allSettled(sinks.map(async (sink) => sink.close?.(grace)));
      for (const [index, one] of closed.entries()) {
        if (one.status === 'rejected')
          log.error({ sink: sinks[index]?.name, error: String(one.reason) }, 'a sink of receipts failed to close');
      }
    },
  };
}

const storeUnavailable = (name: string, cause: unknown): ProxyError =>
  new ProxyError(
    `The store "${name}" cannot keep the account of this call at the moment, and calls are not made unaccounted. Try again later.`,
    {
      status: 503,
      code: 'store_unavailable',
      cause,
    },
  );
