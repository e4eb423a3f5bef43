import type { ClientRequest, IncomingMessage } from 'node:http';
import { brokenExchange, explainBreak, ProxyError } from '@ai-proxy/core';
import type { HttpRelay, HttpReply, HttpRequestBody, RelayEnd } from '@ai-proxy/core';
import { callerLeft } from './binding-errors.ts';
import { drainUnreadBody } from './drain-unread-body.ts';
import type { Exchange } from './exchange.ts';
import type { MountSettings } from './mount-options.ts';
import type { ProxyEngine } from './proxy-engine.ts';
import { toRelayRequest } from './relay-request.ts';
import { createResponseWriter } from './response-writer.ts';
import { hasBody, writeHead } from './write-head.ts';

/** A reply whose body the binding fetches itself. */
export interface RelayReply extends HttpReply {
  readonly body: HttpRelay;
}

/**
 * Carries out one exchange between a caller and an upstream, byte for byte. Resolves to the answer of ours that is still to be written where the
 * exchange failed before its headers, and to nothing in every other case.
 */
export function carryOut(
  engine: ProxyEngine,
  exchange: Exchange,
  reply: RelayReply,
  body: HttpRequestBody,
  settings: Pick<MountSettings, 'writing'>,
): Promise<HttpReply | undefined> {
  return new Promise((resolve, reject) => {
    const { req, res } = exchange;
    const relay = reply.body;
    const { clocks } = relay;
    // The second one ends what nobody has left: a call whose time is over, a server that is going.
    const signal = AbortSignal.any([exchange.signal, relay.signal]);
    let upstream: ClientRequest | undefined;
    let answer: IncomingMessage | undefined;
    let tearDown: (() => void) | undefined;
    let isOver = false;
    let isWhole = false;
    let bytes = 0;
    let connectTimer: NodeJS.Timeout | undefined;
    let sleptThroughSilence = false;

    const writer = createResponseWriter(exchange, settings.writing.timeout, () => {
      if (sleptThroughSilence) watchSilence();
      answer?.resume();
    });

    function finish(end: RelayEnd, left?: () => HttpReply): void {
      if (isOver) return;
      isOver = true;
      clearTimeout(connectTimer);
      signal.removeEventListener('abort', leave);
      tearDown?.();
      try {
        relay.settle(end);
        resolve(left?.());
      } catch (error) {
        // A bug of the relay's own; thrown from here it would end the process.
        reject(error);
      }
    }

    function fail(cause: unknown): void {
      if (isOver || isWhole) return;
      const error = cause instanceof ProxyError ? cause : explainBreak(cause, answer !== undefined);
      if (res.headersSent) {
        const status = res.statusCode;
        writer.cut();
        finish({ kind: 'broken', status, error });
      } else {
        finish({ kind: 'broken', error }, () => relay.failure(error));
      }
    }

    function leave(): void {
      if (!exchange.signal.aborted) {
        // The call has ended, and its caller is still there to be told.
        fail(signal.reason);
        return;
      }
      finish(
        answer === undefined ? { kind: 'broken', error: signal.reason } : { kind: 'broken', status: res.statusCode, error: signal.reason },
      );
    }

    function watchSilence(): void {
      sleptThroughSilence = false;
      const limit = answer === undefined ? clocks.firstByte : clocks.idle;
      upstream?.setTimeout(limit, () => {
        // Nothing comes while nothing is asked for: that silence is the caller's, and has a clock of its own.
        if (writer.isBlocked) sleptThroughSilence = true;
        else fail(brokenExchange(answer === undefined ? 'first_byte_timeout' : 'idle_timeout'));
      });
    }

    function sent(request: ClientRequest): void {
      upstream = request;
      if (isOver) {
        request.destroy();
        return;
      }
      watchSilence();
      if (clocks.connect > 0 && request.socket?.connecting === true) {
        connectTimer = setTimeout(() => fail(brokenExchange('connect_timeout')), clocks.connect).unref();
        request.socket.once('encrypted' in request.socket ? 'secureConnect' : 'connect', () => clearTimeout(connectTimer));
      }
    }

    function answered(incoming: IncomingMessage): void {
      clearTimeout(connectTimer);
      if (isOver) {
        incoming.destroy();
        return;
      }
      const status = incoming.statusCode ?? 502;
      try {
        writeHead(res, status, { ...relay.responseHeaders(status, incoming.headers), ...reply.headers });
      } catch (error) {
        // Refused by the relay itself, a redirect for instance.
        incoming.destroy();
        fail(error);
        return;
      }
      answer = incoming;
      watchSilence();
      const length = incoming.headers['content-length'];
      if (length !== undefined && incoming.headers['transfer-encoding'] === undefined && status !== 204)
        res.setHeader('content-length', length);
      else res.removeHeader('content-length');
      drainUnreadBody(exchange);
      if (hasBody(req.method, status)) res.flushHeaders();
      incoming.on('data', (chunk: Uint8Array) => {
        bytes += chunk.byteLength;
        const piece = relay.mask ? relay.mask.push(chunk) : chunk;
        if (!isOver && piece.length > 0 && !writer.write(piece)) incoming.pause();
      });
      incoming.on('end', () => {
        if (isOver) return;
        if (!incoming.complete) {
          fail(brokenExchange('eof'));
          return;
        }
        isWhole = true;
        res.once('finish', () => finish({ kind: 'complete', status, bytes }));
        const rest = relay.mask?.end();
        if (rest !== undefined && rest.length > 0) writer.write(rest);
        writer.end();
        // The response counts as answered from here, so its closing aborts nothing any more.
        res.once('close', () => finish({ kind: 'broken', status, error: signal.reason ?? callerLeft() }));
      });
      incoming.on('error', fail);
      incoming.on('close', () => fail(brokenExchange('eof')));
    }

    if (signal.aborted) {
      leave();
      return;
    }
    signal.addEventListener('abort', leave, { once: true });
    const { source, headers } = toRelayRequest(relay, body, req);
    tearDown = engine.request(relay.method, { url: relay.url, headers, source, sent, answered, failed: fail });
  });
}
