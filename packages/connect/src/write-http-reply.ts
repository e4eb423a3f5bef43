import type { HttpRelay, HttpReply, HttpStream } from '@ai-proxy/core';
import { callerStalled } from './binding-errors.ts';
import { drainUnreadBody } from './drain-unread-body.ts';
import type { Exchange } from './exchange.ts';
import type { MountSettings } from './mount-options.ts';
import { createWriteClock } from './write-clock.ts';
import { hasBody, writeHead } from './write-head.ts';
import { refuseStream, writeStream } from './write-stream.ts';

/** A reply that the binding writes by itself. */
export interface WritableReply extends Pick<HttpReply, 'status' | 'headers'> {
  readonly body?: string | Uint8Array | HttpStream | undefined;
}

export function isRelay(body: HttpReply['body']): body is HttpRelay {
  return typeof body === 'object' && 'kind' in body && body.kind === 'relay';
}

/**
 * Writes a reply out. The promise is for errors in the reply itself; a caller who leaves, or a stream that breaks, is an ordinary end.
 */
export async function writeHttpReply(exchange: Exchange, reply: WritableReply, settings: Pick<MountSettings, 'writing'>): Promise<void> {
  const { req, res } = exchange;
  const { body } = reply;
  const isStream = typeof body === 'object' && 'kind' in body;
  if (exchange.signal.aborted || res.headersSent) {
    if (isStream) refuseStream(body);
    return;
  }
  writeHead(res, reply.status, reply.headers);
  drainUnreadBody(exchange);
  if (isStream) {
    // Compression middleware, caches and nginx each hold events back unless told not to.
    res.setHeader('cache-control', 'no-cache, no-transform');
    res.setHeader('x-accel-buffering', 'no');
    res.removeHeader('content-length');
    if (hasBody(req.method, reply.status)) return writeStream(exchange, body, settings);
    refuseStream(body);
    exchange.answered();
    res.end();
    return;
  }
  writeValue(exchange, body ?? '', settings);
}

function writeValue(exchange: Exchange, body: string | Uint8Array, settings: Pick<MountSettings, 'writing'>): void {
  const { req, res } = exchange;
  exchange.answered();
  if (res.statusCode !== 204 && res.statusCode !== 304) {
    res.setHeader('content-length', typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength);
  }
  if (!hasBody(req.method, res.statusCode) || body.length === 0) {
    res.end();
    return;
  }
  res.end(body);
  // What fits into the socket's own buffer leaves without anybody's help.
  if (body.length < 16_384) return;
  const clock = createWriteClock(res, settings.writing.timeout, () => {
    exchange.abort(callerStalled(settings.writing.timeout));
    if ('stream' in res) req.destroy();
    else res.destroy();
  });
  clock.start();
  res.once('close', clock.stop);
}
