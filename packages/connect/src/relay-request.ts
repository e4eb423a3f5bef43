import { Readable } from 'node:stream';
import type { IncomingMessage } from 'node:http';
import type { HttpRelay, HttpRequestBody } from '@ai-proxy/core';

/** What goes up: where the bytes come from, and all headers. */
export interface RelayRequest {
  readonly source: Readable;
  readonly headers: Record<string, string>;
}

// Framing, routing and the connection itself are the binding's own business, whatever a relay says of them.
const ownBusiness = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

// Node sends bodies of these methods without any framing unless a header names one: the next request on the connection would begin inside them.
const unframedByDefault = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE']);

/** Chooses the body's source and its framing: a known length stays, a replaced body gets its own, anything else goes up in chunks. */
export function toRelayRequest(relay: HttpRelay, body: HttpRequestBody, req: IncomingMessage): RelayRequest {
  const headers = allowedHeaders(relay.headers);
  const bytes = relay.body ?? (body.kind === 'bytes' ? body.bytes : undefined);
  if (bytes !== undefined) {
    headers['content-length'] = String(bytes.byteLength);
    return { source: Readable.from([bytes]), headers };
  }
  if (body.kind !== 'stream') {
    // A stream that has ended never ends again: piped up, it would leave the upstream waiting.
    if (!unframedByDefault.has(relay.method)) headers['content-length'] = '0';
    return { source: Readable.from([]), headers };
  }
  const length = req.headers['content-length'];
  if (length !== undefined) headers['content-length'] = length;
  else if (unframedByDefault.has(relay.method)) headers['transfer-encoding'] = 'chunked';
  return { source: req, headers };
}

/** The relay's own headers without those that are the binding's business. */
export function allowedHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const allowed: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    const lower = name.toLowerCase();
    if (value !== undefined && !ownBusiness.has(lower)) allowed[lower] = value;
  }
  return allowed;
}
