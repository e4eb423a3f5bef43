import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { brokenExchange, explainBreak, ProxyError } from '@ai-proxy/core';
import type { HttpRelay, HttpReply, RelayEnd } from '@ai-proxy/core';
import { callerLeft } from './binding-errors.ts';
import type { ProxyEngine } from './proxy-engine.ts';
import { allowedHeaders } from './relay-request.ts';
import { writeOnSocket } from './write-on-socket.ts';

const handshakeHeaders = ['sec-websocket-key', 'sec-websocket-version', 'sec-websocket-protocol', 'sec-websocket-extensions'];
const answerHeaders = ['connection', 'upgrade', 'sec-websocket-accept', 'sec-websocket-protocol', 'sec-websocket-extensions'];

/** An upgrade whose way is known. */
export interface Tunnel {
  readonly req: IncomingMessage;
  readonly socket: Socket;
  readonly head: Buffer;
  /** Aborts when the caller leaves. */
  readonly signal: AbortSignal;
  /** Headers of ours beside those of the upstream's answer. */
  readonly ownHeaders: HttpReply['headers'];
  readonly relay: HttpRelay;
}

/** Joins a caller's socket to an upstream's by a WebSocket handshake between them. What breaks on one side breaks on the other. */
export function tunnel(engine: ProxyEngine, { req, socket, head, signal: departure, ownHeaders, relay }: Tunnel): void {
  const signal = AbortSignal.any([departure, relay.signal]);
  let upstream: ClientRequest | undefined;
  let isOver = false;
  let isOpen = false;
  let timer: NodeJS.Timeout | undefined;

  function finish(end: RelayEnd): void {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    // A call that is settled badly is aborted by the proxy: that is no departure, and the caller still has to hear of it.
    signal.removeEventListener('abort', leave);
    relay.settle(end);
  }

  function failed(cause: unknown): void {
    if (isOver) return;
    const error = cause instanceof ProxyError ? cause : explainBreak(cause, isOpen);
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
      answer.once('close', () => finish({ kind: 'broken', status, error: brokenExchange('eof') }));
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
      else finish({ kind: 'broken', status: 101, error: explainBreak(failure, true) });
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
  // The handshake is what a WebSocket's connection consists of.
  const { connect } = relay.clocks;
  if (connect > 0) timer = setTimeout(() => failed(brokenExchange('connect_timeout')), connect).unref();
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
