import type { Socket } from 'node:net';
import { Client } from 'undici';
import type { HttpHeaders } from '../http/headers.ts';
import { createConnector } from './connect-node.ts';
import type { Dial } from './connect-node.ts';
import type { Destination } from './judge-url.ts';

/** An answer of a host, whose body has not been read yet. */
export interface HostAnswer {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body: AsyncIterable<Uint8Array>;
}

export interface HostRequest {
  readonly destination: Destination;
  /** To connect to one of. */
  readonly addresses: readonly string[];
  readonly accept: readonly string[];
  readonly dial: Dial;
  readonly signal: AbortSignal;
}

/** The clock of the whole call is over all of it. */
const noClocks = { headersTimeout: 0, bodyTimeout: 0 } as const;

/**
 * Asks a host once, on a connection that is made for this and gone afterwards, with no word of who asks: no cookies, no credentials, nothing of the caller's.
 * `read` gets the answer; what it leaves unread is never read.
 */
export async function ask<T>(request: HostRequest, read: (answer: HostAnswer) => Promise<T>): Promise<T> {
  const { destination, addresses, accept, dial, signal } = request;
  const { url } = destination;
  signal.throwIfAborted();
  const opened: Socket[] = [];
  const connect = createConnector(destination, addresses, dial, (socket) => opened.push(socket));
  // undici hears of an abort only once it is connected.
  const onAbort = (): void => {
    for (const socket of opened) socket.destroy(signal.reason as Error);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  const client = new Client(url.origin, { ...noClocks, connect, allowH2: false, maxHeaderSize: 16 * 1024 });
  try {
    const { statusCode, headers, body } = await client.request({
      method: 'GET',
      path: url.pathname + url.search,
      headers: { accept: accept.join(', '), 'accept-encoding': 'identity', 'user-agent': 'ai-proxy' },
      reset: true,
      signal,
    });
    return await read({ status: statusCode, headers, body });
  } finally {
    signal.removeEventListener('abort', onAbort);
    await client.destroy();
  }
}
