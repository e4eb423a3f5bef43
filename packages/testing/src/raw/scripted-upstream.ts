import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { createInbox } from './inbox.ts';
import type { ScriptedRequest } from './inbox.ts';
import { openLedger } from './ledger.ts';
import type { ConnectionLedger, OpenLedger } from './ledger.ts';
import { createMoments } from './moments.ts';
import { playScript } from './play-script.ts';
import type { Waiting } from './play-script.ts';
import type { Script } from './script.ts';

export interface ScriptedUpstreamOptions {
  /** Default 0: any free port of 127.0.0.1. */
  readonly port?: number;
  /** Whether a whole request is read before the script begins. Default true. */
  readonly readFirst?: boolean;
}

export interface ScriptedUpstream {
  readonly port: number;
  readonly url: string;
  /** All requests that have come whole, in order. */
  readonly requests: readonly ScriptedRequest[];
  /** How many connections were opened. */
  readonly connections: number;
  /** Settles with the request of that index, counted from 0 over all connections. */
  request(index: number): Promise<ScriptedRequest>;
  /** Lets every script go on that waits for this name, now and later. */
  release(name: string): void;
  /** Settles with the ledger of a connection once the peer has closed it, or the script has. */
  closed(connection: number): Promise<ConnectionLedger>;
  /** The ledger of a connection as it is now. */
  ledger(connection: number): ConnectionLedger | undefined;
  /** Destroys what is open and stops listening. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** One script for all, or a function that chooses by connection and request. */
export type ScriptSource = Script | ((connection: number, request: Uint8Array) => Script);

/** Starts a raw server whose every byte is written by a script: nothing between adds, frames or repairs. */
export async function startScriptedUpstream(source: ScriptSource, options: ScriptedUpstreamOptions = {}): Promise<ScriptedUpstream> {
  const requests: ScriptedRequest[] = [];
  const ledgers: OpenLedger[] = [];
  const sockets = new Set<Socket>();
  const arrivals = createMoments<ScriptedRequest>();
  const closings = createMoments<ConnectionLedger>();
  const releases = createMoments<true>();
  const over = new AbortController();

  // Half-open, so that a script can go on writing to a peer that has sent its FIN, and the ledger can tell.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const ledger = openLedger(ledgers.length);
    ledgers.push(ledger);
    sockets.add(socket);
    const gone = new AbortController();
    const close = (by: NonNullable<ConnectionLedger['closedBy']>): void => {
      ledger.closedBy ??= by;
      closings.come(ledger.connection, ledger);
    };
    socket.on('end', () => close('peer-end'));
    socket.on('error', () => close('peer-reset'));
    socket.on('close', () => {
      close('script');
      sockets.delete(socket);
      gone.abort();
    });
    const wait = { signal: AbortSignal.any([gone.signal, over.signal]), released: releases.wait };
    void converse(socket, ledger, wait);
  });

  const converse = async (socket: Socket, ledger: OpenLedger, wait: Waiting): Promise<void> => {
    const inbox = createInbox(socket);
    if (options.readFirst === false) {
      await playScript(choose(ledger.connection, new Uint8Array()), socket, ledger, wait);
      return;
    }
    for (;;) {
      const request = await inbox.next(ledger.connection);
      if (request === undefined) {
        // The peer has finished and nothing is left to say.
        socket.end();
        return;
      }
      requests.push(request);
      arrivals.come(requests.length - 1, request);
      if (!(await playScript(choose(ledger.connection, request.bytes), socket, ledger, wait))) return;
    }
  };

  const choose = (connection: number, request: Uint8Array): Script => (typeof source === 'function' ? source(connection, request) : source);

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const stop = async (): Promise<void> => {
    over.abort();
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    requests,
    get connections() {
      return ledgers.length;
    },
    request: arrivals.wait,
    release: (name) => releases.come(name, true),
    closed: closings.wait,
    ledger: (connection) => ledgers[connection],
    close: stop,
    [Symbol.asyncDispose]: stop,
  };
}
