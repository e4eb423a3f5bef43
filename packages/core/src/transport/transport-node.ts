import { Readable } from 'node:stream';
import { Agent } from 'undici';
import type { Dispatcher } from 'undici';
import { createBodyQueue } from './body-queue.ts';
import { explainBreak } from './explain-break.ts';
import type { Transport, TransportOptions, TransportRequest, TransportResponse } from './transport.ts';

/** undici's own clocks are off everywhere: they would cut slow models in silence. Ours are named and end in an error that says which. */
const noClocks = { headersTimeout: 0, bodyTimeout: 0 } as const;

/**
 * The way out on Node: undici, read through its dispatch callbacks, which cost less than its streams. A dispatcher of your own brings an outgoing
 * proxy (`EnvHttpProxyAgent`) or a certificate authority (`new Agent({ connect: { ca } })`); its clock of connecting is then its own.
 */
export function createTransport(options: TransportOptions = {}, dispatcher?: Dispatcher): Transport {
  const { connectTimeout = 10_000, held = 256 * 1024 } = options;
  // HTTP/2 is off: many exchanges would share the fate of one connection, and a cut one could not be told from a finished one as surely.
  const own = dispatcher ? undefined : new Agent({ ...noClocks, allowH2: false, connect: { timeout: connectTimeout } });
  const target = dispatcher ?? own;
  return {
    send: (request) => send(target as Dispatcher, request, held),
    async close() {
      await own?.destroy();
    },
  };
}

function send(dispatcher: Dispatcher, request: TransportRequest, held: number): Promise<TransportResponse> {
  return new Promise((resolve, reject) => {
    const { signal } = request;
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    let controller: Dispatcher.DispatchController | undefined;
    let answered = false;

    const queue = createBodyQueue({
      clocks: request.clocks,
      limit: held,
      pause: () => controller?.pause(),
      resume: () => controller?.resume(),
      abandon: (reason) => end(reason),
    });
    /** Ends the exchange from our side: whoever waits learns it now, and the socket goes with it. */
    const end = (reason: Error): void => {
      signal.removeEventListener('abort', onAbort);
      queue.fail(reason);
      if (!answered) reject(reason);
      if (controller && !controller.aborted) controller.abort(reason);
    };
    const onAbort = (): void => end(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });

    const { body } = request;
    dispatcher.dispatch(
      {
        ...noClocks,
        origin: request.url.origin,
        path: request.url.pathname + request.url.search,
        method: request.method,
        headers: request.headers,
        body:
          body === undefined || typeof body === 'string' || body instanceof Uint8Array
            ? (body ?? null)
            : Readable.from(body, { objectMode: false }),
      },
      {
        onRequestStart(started) {
          controller = started;
          if (queue.failure) started.abort(queue.failure);
          else request.onSent?.();
        },
        onResponseStart(_, status, headers) {
          // Interim answers (100, 103) are not the answer.
          if (status < 200) return;
          answered = true;
          resolve({ status, headers, body: queue });
        },
        onResponseData(_, chunk) {
          queue.push(chunk);
        },
        onResponseEnd() {
          signal.removeEventListener('abort', onAbort);
          queue.end();
        },
        onResponseError(_, error) {
          signal.removeEventListener('abort', onAbort);
          const reason = queue.failure ?? explainBreak(error, answered);
          queue.fail(reason);
          if (!answered) reject(reason);
        },
      },
    );
    queue.startFirstByteClock();
  });
}
