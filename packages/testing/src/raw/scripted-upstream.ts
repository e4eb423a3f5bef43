import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createMessageReader } from './message-reader.ts';
import type { Script, ScriptStep } from './script.ts';

/** One request as it came over the wire. */
export interface ScriptedRequest {
  readonly connection: number;
  /** Head and body, byte for byte. */
  readonly bytes: Uint8Array;
  /** The first line. */
  readonly start: string;
  readonly headers: readonly (readonly [string, string])[];
  /** Without the chunked coding. */
  readonly body: Uint8Array;
}

/** What one connection was given. It grows as long as the connection lives. */
export interface ConnectionLedger {
  readonly connection: number;
  /** Everything the socket took while the peer was there, in order, without the extra bytes. */
  readonly bytes: Uint8Array;
  /** What `extra` steps wrote. */
  readonly extra: Uint8Array;
  readonly writesBeforeClose: number;
  readonly bytesBeforeClose: number;
  /** Writes begun after the peer had closed. */
  readonly writesAfterClose: number;
  readonly bytesAfterClose: number;
  /** How it ended: the peer's FIN or RST, the script's own end, or not yet. */
  readonly closedBy: 'peer-end' | 'peer-reset' | 'script' | undefined;
}

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
      await play(choose(ledger.connection, new Uint8Array()), socket, ledger, wait);
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
      if (!(await play(choose(ledger.connection, request.bytes), socket, ledger, wait))) return;
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

type OpenLedger = { -readonly [Key in keyof ConnectionLedger]: ConnectionLedger[Key] };

function openLedger(connection: number): OpenLedger {
  const none = new Uint8Array();
  return { connection, bytes: none, extra: none, writesBeforeClose: 0, bytesBeforeClose: 0, writesAfterClose: 0, bytesAfterClose: 0, closedBy: undefined };
}

interface Waiting {
  readonly signal: AbortSignal;
  released(name: string): Promise<true>;
}

/** Plays a script; true where the connection goes on to its next request. */
async function play(script: Script, socket: Socket, ledger: OpenLedger, wait: Waiting): Promise<boolean> {
  let slice = { bytes: 0, ms: 0 };
  for (const step of script) {
    if (wait.signal.aborted) return false;
    switch (step[0]) {
      case 'write':
      case 'extra':
        for (const piece of cut(Buffer.from(step[1]), slice.bytes)) {
          await write(socket, ledger, piece, step[0]);
          if (slice.bytes > 0) await pause(slice.ms, wait.signal);
        }
        break;
      case 'slice':
        slice = { bytes: step[1], ms: step[2] };
        break;
      case 'sleep':
        await pause(step[1], wait.signal);
        break;
      case 'waitFor':
        await Promise.race([wait.released(step[1]), aborted(wait.signal)]);
        break;
      case 'reset':
        // What was written should be on its way before the RST overtakes it.
        await pause(2, wait.signal);
        ledger.closedBy ??= 'script';
        socket.resetAndDestroy();
        return false;
      case 'end':
        ledger.closedBy ??= 'script';
        socket.end();
        return false;
      case 'hang':
        return false;
      default:
        step satisfies never;
    }
  }
  return true;
}

async function write(socket: Socket, ledger: OpenLedger, bytes: Buffer, kind: Extract<ScriptStep[0], 'write' | 'extra'>): Promise<void> {
  const before = ledger.closedBy === undefined;
  const error = await new Promise<Error | null | undefined>((resolve) => {
    if (socket.destroyed) resolve(new Error('closed'));
    else socket.write(bytes, resolve);
  });
  if (!before) {
    ledger.writesAfterClose++;
    ledger.bytesAfterClose += bytes.length;
    return;
  }
  if (error !== undefined && error !== null) return;
  ledger.writesBeforeClose++;
  ledger.bytesBeforeClose += bytes.length;
  if (kind === 'write') ledger.bytes = Buffer.concat([ledger.bytes, bytes]);
  else ledger.extra = Buffer.concat([ledger.extra, bytes]);
}

function cut(bytes: Buffer, size: number): Buffer[] {
  if (size <= 0) return [bytes];
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Takes whole requests from a socket, one after the other. */
function createInbox(socket: Socket): { next(connection: number): Promise<ScriptedRequest | undefined> } {
  let held: Buffer = Buffer.alloc(0);
  let ended = false;
  let wake: (() => void) | undefined;
  socket.on('data', (bytes) => {
    held = Buffer.concat([held, bytes]);
    wake?.();
  });
  const finish = (): void => {
    ended = true;
    wake?.();
  };
  socket.on('end', finish);
  socket.on('close', finish);
  return {
    async next(connection) {
      for (;;) {
        const reader = createMessageReader('request');
        const state = reader.push(held);
        if (state.phase === 'complete') {
          const bytes = Buffer.from(held.subarray(0, held.length - state.rest.length));
          held = Buffer.from(state.rest);
          return { connection, bytes, start: state.start, headers: state.headers, body: Uint8Array.from(state.body) };
        }
        if (ended) return undefined;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}

/** Things that happen once, each under its own key, and can be awaited before or after. */
function createMoments<Value>(): { come(key: string | number, value: Value): void; wait(key: string | number): Promise<Value> } {
  const moments = new Map<string | number, PromiseWithResolvers<Value>>();
  const of = (key: string | number): PromiseWithResolvers<Value> => {
    const moment = moments.get(key) ?? Promise.withResolvers<Value>();
    moments.set(key, moment);
    return moment;
  };
  return { come: (key, value) => of(key).resolve(value), wait: (key) => of(key).promise };
}
