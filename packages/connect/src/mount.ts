import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Handler } from '@ai-proxy/core';
import { bindHandler } from './bind-proxy.ts';
import type { MountOptions } from './mount-options.ts';
import type { NextFunction, NodeRequest, NodeResponse } from './node-http.ts';
import type { Serve } from './serve.ts';

/** Middleware for connect and Express, and a listener for `node:http`. `Request` is what the option `caller` wants to be given. */
export type ConnectMiddleware<Request = NodeRequest> = (req: Request, res: NodeResponse, next?: NextFunction) => void;

/**
 * Mounts any handler: the proxy, key administration, a metrics page. What the handler does not know goes to `next`, as does an error that it throws;
 * without `next` the first is a 404 and the second a 500. A thrown `ProxyError` is an answer and is always given as such.
 */
export function mount<Request extends NodeRequest = IncomingMessage>(
  handler: Handler,
  options: MountOptions<Request> = {},
): ConnectMiddleware<Request> {
  return toMiddleware(bindHandler(handler, options));
}

/** What connect and Express add to a request: its URL before the mount's path was stripped from it, and what a parser has kept of its body. */
interface ConnectRequest {
  readonly originalUrl?: unknown;
  readonly body?: unknown;
}

/** Serving, in the form of middleware. */
export function toMiddleware<Request extends NodeRequest>(serve: Serve<Request>): ConnectMiddleware<Request> {
  return (req, res, next) => {
    const { originalUrl, body }: ConnectRequest = req as ConnectRequest;
    const framework = { context: req, body, originalUrl: typeof originalUrl === 'string' ? originalUrl : undefined };
    // HTTP/2's compatibility objects do what is asked of them here; the few exceptions go through `http2Stream`.
    void serve(req as IncomingMessage, res as ServerResponse, framework, next);
  };
}
