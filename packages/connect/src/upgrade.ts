import { STATUS_CODES, validateHeaderName, validateHeaderValue } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ProxyError } from '@ai-proxy/core';
import type { Handler, HttpReply, HttpRelay, RelayEnd } from '@ai-proxy/core';
import { callerLeft, internalError, pathNotFound } from './binding-errors.ts';
import { toErrorReply } from './error-reply.ts';
import type { MountSettings } from './mount-options.ts';
import { belowMount } from './mount-path.ts';
import type { ProxyEngine } from './proxy-engine.ts';
import { connectTimedOut, toRelayError } from './relay-errors.ts';
import { allowedHeaders } from './relay-request.ts';
import { isRelay } from './write-http-reply.ts';

/**
 * Answers the `upgrade` event of a Node server: `server.on('upgrade', ai.upgrade)`. Where the server has other upgrades to answer, `next` gets those
 * that are not the proxy's; without it they are refused with 404.
 */
export type UpgradeHandler = (req: IncomingMessage, socket: Duplex, head: Buffer, next?: () => void) => void;

/** Asks a handler what to do with each upgrade, and carries out the relays it names. */
export function createUpgradeHandler(engine: () => ProxyEngine, open: Handler, settings: MountSettings): UpgradeHandler {
  async function answer(req: IncomingMessage, socket: Socket, head: Buffer, next: (() => void) | undefined): Promise<void> {
    const target = belowMount(req.url ?? '/', settings.prefix);
    if (target === undefined) {
      refuseUnknown(req, socket, next);
      return;
    }
    const controller = new AbortController();
    const leave = (): void => controller.abort(callerLeft());
    // A broken connection is followed by `close`; without a listener its error would end the process.
    socket.on('error', leave);
    socket.once('close', leave);
    const { signal } = controller;
    const reply = await open({
      method: req.method ?? 'GET',
      target,
      headers: req.headers,
      body: { kind: 'none' },
      signal,
      canRelay: true,
      context: req,
    });
    if (reply === undefined) {
      socket.off('error', leave).off('close', leave);
      refuseUnknown(req, socket, next);
    } else if (isRelay(reply.body)) {
      tunnel(engine(), req, socket, head, signal, reply.headers, reply.body, settings.connectTimeout);
    } else {
      writeOnSocket(socket, reply);
    }
  }

  return (req, socket, head, next) => {
    // Node's servers give sockets here; the event's type says less.
    const raw = socket as Socket;
    answer(req, raw, head, next).catch((error: unknown) => {
      writeOnSocket(raw, toErrorReply(error instanceof ProxyError ? error : internalError(error)));
    });
  };
}

function refuseUnknown(req: IncomingMessage, socket: Socket, next: (() => void) | undefined): void {
  if (next !== undefined) next();
  else writeOnSocket(socket, toErrorReply(pathNotFound('WebSocket', req.url ?? '/')));
}

const handshakeHeaders = ['sec-websocket-key', 'sec-websocket-version', 'sec-websocket-protocol', 'sec-websocket-extensions'];
const answerHeaders = ['connection', 'upgrade', 'sec-websocket-accept', 'sec-websocket-protocol', 'sec-websocket-extensions'];

function tunnel(
  engine: ProxyEngine,
  req: IncomingMessage,
  socket: Socket,
  head: Buffer,
  signal: AbortSignal,
  ownHeaders: HttpReply['headers'],
  relay: HttpRelay,
  handshakeTimeout: number,
): void {
  let upstream: ClientRequest | undefined;
  let isOver = false;
  let isOpen = false;
  let timer: NodeJS.Timeout | undefined;

  function finish(end: RelayEnd): void {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    relay.settle(end);
  }

  function failed(cause: unknown): void {
    if (isOver) return;
    const error = toRelayError(cause, isOpen);
    finish(isOpen ? { kind: 'broken', status: 101, error } : { kind: 'broken', error });
    upstream?.destroy();
    if (isOpen) socket.destroy();
    else writeOnSocket(socket, relay.failure(error));
  }

  function leave(): void {
    finish({ kind: 'broken', error: signal.reason ?? callerLeft() });
    upstream?.destroy();
    socket.destroy();
  }

  function sent(request: ClientRequest): void {
    upstream = request;
    // Registered before the middleware's own listeners: what it copies to the caller are the headers left here.
    request.once('upgrade', (answer, tunnelSocket) => {
      isOpen = true;
      clearTimeout(timer);
      socket.off('end', leave);
      signal.removeEventListener('abort', leave);
      answer.headers = { ...relay.responseHeaders(101, answer.headers), ...ownHeaders, ...pick(answer.headers, answerHeaders) };
      join(tunnelSocket);
    });
    request.once('response', (answer) => {
      clearTimeout(timer);
      const status = answer.statusCode ?? 502;
      const { 'content-length': length, 'transfer-encoding': encoding } = answer.headers;
      let bytes = 0;
      answer.headers = {
        ...relay.responseHeaders(status, answer.headers),
        ...ownHeaders,
        ...(length === undefined ? {} : { 'content-length': length }),
        ...(encoding === undefined ? {} : { 'transfer-encoding': encoding }),
      };
      answer.on('data', (chunk: Uint8Array) => {
        bytes += chunk.byteLength;
      });
      answer.once('end', () => finish({ kind: 'complete', status, bytes }));
      answer.once('close', () => finish({ kind: 'broken', status, error: toRelayError(undefined, true) }));
    });
  }

  /** Pipes end each other but do not break each other. */
  function join(tunnelSocket: Duplex & Partial<Pick<Socket, 'bytesRead'>>): void {
    let failure: unknown;
    tunnelSocket.once('error', (error) => {
      failure = error;
    });
    socket.once('close', () => tunnelSocket.destroy());
    tunnelSocket.once('close', () => {
      if (failure === undefined) finish({ kind: 'complete', status: 101, bytes: tunnelSocket.bytesRead ?? 0 });
      else finish({ kind: 'broken', status: 101, error: toRelayError(failure, true) });
      if (failure === undefined) socket.destroySoon();
      else socket.destroy();
    });
  }

  if (signal.aborted) {
    leave();
    return;
  }
  signal.addEventListener('abort', leave, { once: true });
  if (head.length === 0) {
    // A departure shows only on a socket that is read. Nothing is lost by it: before the handshake is over a WebSocket client may not send.
    socket.once('end', leave);
    socket.resume();
  }
  if (handshakeTimeout > 0) timer = setTimeout(() => failed(connectTimedOut(handshakeTimeout)), handshakeTimeout).unref();
  const headers = { ...allowedHeaders(relay.headers), ...pick(req.headers, handshakeHeaders), connection: 'Upgrade', upgrade: 'websocket' };
  engine.upgrade(req, socket, head, { url: relay.url, headers, sent, answered: () => {}, failed });
}

function pick(headers: IncomingMessage['headers'], names: readonly string[]): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = headers[name];
    if (typeof value === 'string') picked[name] = value;
  }
  return picked;
}

/** Writes a whole answer on a socket that no response object owns, and closes it. */
function writeOnSocket(socket: Socket, reply: HttpReply): void {
  if (socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const body = typeof reply.body === 'string' || reply.body instanceof Uint8Array ? Buffer.from(reply.body) : Buffer.alloc(0);
  let head = `HTTP/1.1 ${reply.status} ${STATUS_CODES[reply.status] ?? ''}\r\n`;
  for (const [name, value] of Object.entries({ ...reply.headers, 'content-length': String(body.byteLength), connection: 'close' })) {
    for (const entry of Array.isArray(value) ? value : [value]) {
      validateHeaderName(name);
      validateHeaderValue(name, entry);
      head += `${name}: ${entry}\r\n`;
    }
  }
  socket.write(`${head}\r\n`, 'latin1');
  socket.end(body);
  // A caller who never closes its half would keep the socket.
  socket.resume();
  socket.once('finish', () => socket.destroySoon());
}
