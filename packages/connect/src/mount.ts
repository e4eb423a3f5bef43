import type { IncomingMessage, ServerResponse } from 'node:http';
import { ProxyError } from '@ai-proxy/core';
import type { Handler, HttpReply, HttpRequestBody } from '@ai-proxy/core';
import { internalError, pathNotFound } from './binding-errors.ts';
import { cut } from './cut.ts';
import { toErrorReply } from './error-reply.ts';
import { openExchange } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import { toMountSettings } from './mount-options.ts';
import type { MountOptions, MountSettings } from './mount-options.ts';
import type { NextFunction, NodeRequest, NodeResponse } from './node-http.ts';
import { lazyProxyEngine } from './proxy-engine.ts';
import type { ProxyEngine } from './proxy-engine.ts';
import { carryOut } from './relay.ts';
import { toHttpRequest } from './to-http-request.ts';
import { isRelay, writeHttpReply } from './write-http-reply.ts';
import type { WritableReply } from './write-http-reply.ts';

/** Middleware for connect and Express, and a listener for `node:http`. */
export type ConnectMiddleware = (req: NodeRequest, res: NodeResponse, next?: NextFunction) => void;

/**
 * Mounts any handler: the proxy, key administration, a metrics page. What the handler does not know goes to `next`, as does an error that it throws;
 * without `next` the first is a 404 and the second a 500. A thrown `ProxyError` is an answer and is always given as such.
 */
export function mount(handler: Handler, options: MountOptions = {}): ConnectMiddleware {
  return mountOn(lazyProxyEngine(), handler, toMountSettings(options));
}

/** {@link mount} over an engine that relays of several kinds share. */
export function mountOn(engine: () => ProxyEngine, handler: Handler, settings: MountSettings): ConnectMiddleware {
  return (req, res, next) => {
    // HTTP/2's compatibility objects do what is asked of them here; the few exceptions go through `http2Stream`.
    const exchange = openExchange(req as IncomingMessage, res as ServerResponse);
    if (exchange.signal.aborted) return;
    void serve(handler, exchange, next, settings, engine);
  };
}

async function serve(
  handler: Handler,
  exchange: Exchange,
  next: NextFunction | undefined,
  settings: MountSettings,
  engine: () => ProxyEngine,
): Promise<void> {
  try {
    const request = toHttpRequest(exchange, settings.prefix);
    const reply = request === undefined ? undefined : await handler(request);
    if (reply !== undefined && request !== undefined) {
      await writeReply(exchange, reply, request.body, settings, engine);
      return;
    }
  } catch (error) {
    // An error that the departure itself has caused has no reader.
    if (exchange.signal.aborted) return;
    if (error instanceof ProxyError) await answerOurs(exchange, toErrorReply(error), settings);
    else if (next !== undefined && !exchange.res.headersSent) handOn(exchange, next, error);
    else await answerOurs(exchange, toErrorReply(internalError(error)), settings);
    return;
  }
  if (exchange.signal.aborted) return;
  if (next !== undefined) handOn(exchange, next);
  else await answerOurs(exchange, toErrorReply(pathNotFound(exchange.req.method ?? 'GET', exchange.req.url ?? '/')), settings);
}

async function writeReply(
  exchange: Exchange,
  reply: HttpReply,
  body: HttpRequestBody,
  settings: MountSettings,
  engine: () => ProxyEngine,
): Promise<void> {
  if (!isRelay(reply.body)) {
    await writeHttpReply(exchange, { ...reply, body: reply.body }, settings);
    return;
  }
  const failure = await carryOut(engine(), exchange, { ...reply, body: reply.body }, body, settings);
  if (failure !== undefined) await writeReply(exchange, failure, body, settings, engine);
}

async function answerOurs(exchange: Exchange, reply: WritableReply, settings: MountSettings): Promise<void> {
  if (exchange.res.headersSent) {
    exchange.answered();
    cut(exchange.res);
    return;
  }
  await writeHttpReply(exchange, reply, settings);
}

/** From here on the response is somebody else's, and so is its end. */
function handOn(exchange: Exchange, next: NextFunction, error?: unknown): void {
  exchange.answered();
  if (error === undefined) next();
  else next(error);
}
