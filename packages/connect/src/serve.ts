import type { IncomingMessage, ServerResponse } from 'node:http';
import { ProxyError } from '@ai-proxy/core';
import type { Handler, HttpReply, HttpRequestBody } from '@ai-proxy/core';
import { internalError, pathNotFound } from './binding-errors.ts';
import { cut } from './cut.ts';
import { toErrorReply } from './error-reply.ts';
import { openExchange } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import type { MountSettings } from './mount-options.ts';
import type { NextFunction } from './node-http.ts';
import type { ProxyEngine } from './proxy-engine.ts';
import { carryOut } from './relay.ts';
import { toHttpRequest } from './to-http-request.ts';
import type { FrameworkRequest } from './to-http-request.ts';
import { isRelay, writeHttpReply } from './write-http-reply.ts';
import type { WritableReply } from './write-http-reply.ts';

/**
 * Answers one request, or hands it on to `next`. Resolves when the network has taken the answer's last byte or the caller has left; never rejects.
 */
export type Serve<Context> = (
  req: IncomingMessage,
  res: ServerResponse,
  framework: FrameworkRequest<Context>,
  next?: NextFunction,
) => Promise<void>;

/** Puts a handler on Node's requests and responses, whatever the framework around them. */
export function createServing<Context>(engine: () => ProxyEngine, handler: Handler, settings: MountSettings<Context>): Serve<Context> {
  return async (req, res, framework, next) => {
    const exchange = openExchange(req, res);
    try {
      const request = toHttpRequest(exchange, framework, settings);
      const reply = request === undefined ? undefined : await handler(request);
      if (reply !== undefined && request !== undefined) {
        await writeReply(exchange, reply, request.body, settings, engine);
        await exchange.closed();
        return;
      }
    } catch (error) {
      // An error that the departure itself has caused has no reader.
      if (exchange.signal.aborted) return;
      if (error instanceof ProxyError) await answerOurs(exchange, toErrorReply(error), settings);
      else if (next !== undefined && !res.headersSent) handOn(exchange, next, error);
      else await answerOurs(exchange, toErrorReply(internalError(error)), settings);
      return;
    }
    // What is not ours is the application's even where the caller has left: an order that nobody waits for is still an order.
    if (next !== undefined) handOn(exchange, next);
    else await answerOurs(exchange, toErrorReply(pathNotFound(req.method ?? 'GET', req.url ?? '/')), settings);
  };
}

type WritingSettings = Pick<MountSettings, 'writing'>;

async function writeReply(
  exchange: Exchange,
  reply: HttpReply,
  body: HttpRequestBody,
  settings: WritingSettings,
  engine: () => ProxyEngine,
): Promise<void> {
  if (!isRelay(reply.body)) {
    await writeHttpReply(exchange, { ...reply, body: reply.body }, settings);
    return;
  }
  const failure = await carryOut(engine(), exchange, { ...reply, body: reply.body }, body, settings);
  if (failure !== undefined) await writeReply(exchange, failure, body, settings, engine);
}

async function answerOurs(exchange: Exchange, reply: WritableReply, settings: WritingSettings): Promise<void> {
  if (exchange.res.headersSent) {
    exchange.answered();
    cut(exchange.res);
  } else {
    await writeHttpReply(exchange, reply, settings);
  }
  await exchange.closed();
}

/** From here on the response is somebody else's, and so is its end. */
function handOn(exchange: Exchange, next: NextFunction, error?: unknown): void {
  exchange.answered();
  if (error === undefined) next();
  else next(error);
}
