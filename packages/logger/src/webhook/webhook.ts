import { consoleLog } from '@ai-proxy/core';
import type { Log, Receipt, ReceiptSink } from '@ai-proxy/core';
import { createBoundedQueue } from '../queue/bounded-queue.ts';
import { sign } from './sign.ts';

export interface WebhookOptions {
  /** Where receipts are posted, as JSON: `{ "type": "receipts", "timestamp": "…", "data": [receipt, …] }`. */
  readonly url: string;
  /**
   * Signs each message by the rules of Standard Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`), so that the receiver can tell ours from
   * anybody's. Without it anybody who knows the receiver's address can make receipts up.
   */
  readonly secret?: string;
  /** Further headers of each message. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Receipts in one message. @default 100 */
  readonly batch?: number;
  /** Milliseconds in which receipts gather for one message. @default 1000 */
  readonly linger?: number;
  /** Receipts that wait for a receiver that is away; of more the oldest are dropped and counted. @default 10000 */
  readonly limit?: number;
  /** Milliseconds for one message. @default 10000 */
  readonly timeout?: number;
  /** Where losses and failures are told. @default the console */
  readonly log?: Log;
}

/** A sink that posts receipts to a receiver. */
export interface WebhookSink extends ReceiptSink {
  readonly waiting: number;
  readonly dropped: number;
}

const longestPause = 60_000;

/**
 * Posts receipts in batches, and tries again until the receiver takes them with a 2xx: after one second, then two, up to a minute. The id of a message stays
 * the same with each try, so that a receiver can tell that it has had it.
 */
export function webhook(options: WebhookOptions): WebhookSink {
  const { url, secret, headers = {}, batch = 100, linger = 1000, limit = 10_000, timeout = 10_000, log = consoleLog } = options;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new TypeError(`webhook: url must be an http or https URL; it is ${JSON.stringify(url)}`);
  const ids = new WeakMap<Receipt, string>();

  async function deliver(receipts: readonly Receipt[], ending: AbortSignal): Promise<void> {
    const [first] = receipts;
    if (!first) return;
    const id = ids.get(first) ?? `msg_${first.id}_${receipts.length}`;
    ids.set(first, id);
    const body = JSON.stringify({ type: 'receipts', timestamp: new Date().toISOString(), data: receipts });
    const timestamp = Math.floor(Date.now() / 1000);
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        ...headers,
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(timestamp),
        ...(secret === undefined ? {} : { 'webhook-signature': await sign(secret, id, timestamp, body) }),
      },
      body,
      // Receipts are for this receiver, and for nobody it points to.
      redirect: 'manual',
      signal: AbortSignal.any([ending, AbortSignal.timeout(timeout)]),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`the receiver answered ${response.status}`);
  }

  const queue = createBoundedQueue<Receipt>({
    limit,
    batch,
    linger,
    deliver,
    pause: (failures) => Math.min(longestPause, 1000 * 2 ** (failures - 1)) * (0.5 + Math.random() / 2),
    onTrouble({ failures, dropped, error }) {
      const fields = { sink: 'webhook', host: new URL(url).host, failures, dropped };
      if (error === undefined) log.error(fields, 'the receiver of a webhook is away for so long that receipts are dropped');
      else if (failures === 1)
        log.warn({ ...fields, error: error instanceof Error ? error.message : typeof error }, 'a webhook failed, and is tried again');
    },
  });

  return {
    name: 'webhook',
    settled: (receipt) => queue.push(receipt),
    close: (grace) => queue.close(grace),
    get waiting() {
      return queue.waiting;
    },
    get dropped() {
      return queue.dropped;
    },
  };
}
