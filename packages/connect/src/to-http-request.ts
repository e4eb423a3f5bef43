import type { IncomingMessage } from 'node:http';
import type { HttpHeaders, HttpRequest, HttpRequestBody } from '@ai-proxy/core';
import type { Exchange } from './exchange.ts';
import { belowMount } from './mount-path.ts';
import { toRequestBody } from './request-body.ts';

/** What frameworks and parsers add to a request: its URL before the mount's path was stripped from it, and its body. */
interface FrameworkRequest extends IncomingMessage {
  readonly originalUrl?: unknown;
  readonly body?: unknown;
}

/** A Node request in the proxy's neutral form; nothing where it lies outside of `prefix`. */
export function toHttpRequest(exchange: Exchange, prefix: string): HttpRequest | undefined {
  const { req } = exchange;
  const target = belowMount(prefix === '' ? (req.url ?? '/') : fullUrl(req), prefix);
  if (target === undefined) return undefined;
  const body = toRequestBody(req);
  return {
    method: req.method ?? 'GET',
    target,
    headers: toHeaders(req, body),
    body,
    signal: exchange.signal,
    canRelay: true,
    context: req,
  };
}

function fullUrl(req: FrameworkRequest): string {
  return typeof req.originalUrl === 'string' ? req.originalUrl : (req.url ?? '/');
}

/** The headers that describe a body's bytes are untrue once a parser has inflated and decoded it. */
function toHeaders(req: FrameworkRequest, body: HttpRequestBody): HttpHeaders {
  if (body.kind !== 'bytes' && body.kind !== 'value') return req.headers;
  const headers: Record<string, string | readonly string[] | undefined> = { ...req.headers };
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) delete headers[name];
  const type = req.headers['content-type'];
  if (typeof req.body === 'string' && type !== undefined) headers['content-type'] = type.replace(/;\s*charset=[^;]*/i, '; charset=utf-8');
  return headers;
}
