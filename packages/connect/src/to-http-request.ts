import { belowMount } from '@ai-proxy/core';
import type { HttpHeaders, HttpRequest, HttpRequestBody } from '@ai-proxy/core';
import type { Exchange } from './exchange.ts';
import type { MountSettings } from './mount-options.ts';
import { toRequestBody } from './request-body.ts';

/** What a framework knows of a request beside Node's own object. */
export interface FrameworkRequest<Context> {
  /** The framework's own request: what the option `caller` is given. */
  readonly context: Context;
  /** What a body parser has kept; where nothing has read the body, it is not looked at. */
  readonly body: unknown;
  /** The path and query before anything was stripped from them. */
  readonly originalUrl: string | undefined;
}

/** A Node request in the proxy's neutral form; nothing where it lies outside of the mount. */
export function toHttpRequest<Context>(
  { req, signal }: Exchange,
  framework: FrameworkRequest<Context>,
  { prefix, caller }: MountSettings<Context>,
): HttpRequest | undefined {
  const url = fromRoot(req.url ?? '/');
  const target = belowMount(prefix === '' ? url : (framework.originalUrl ?? url), prefix);
  if (target === undefined) return undefined;
  const body = toRequestBody(req, framework.body);
  const { context } = framework;
  return {
    method: req.method ?? 'GET',
    target,
    headers: toHeaders(req.headers, body, framework.body),
    body,
    signal,
    canRelay: true,
    ...(caller === undefined ? {} : { caller: () => caller(context) }),
    context,
  };
}

/** koa-mount takes the first slash away together with a mount path that ends in one; what clients send begins with it, but for two forms. */
function fromRoot(url: string): string {
  return url.startsWith('/') || url === '*' || /^https?:/i.test(url) ? url : `/${url}`;
}

/** The headers that describe a body's bytes are untrue once a parser has inflated and decoded it. */
function toHeaders(given: HttpHeaders, body: HttpRequestBody, parsed: unknown): HttpHeaders {
  if (body.kind !== 'bytes' && body.kind !== 'value') return given;
  const headers: Record<string, string | readonly string[] | undefined> = { ...given };
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) delete headers[name];
  const type = given['content-type'];
  if (typeof parsed === 'string' && typeof type === 'string')
    headers['content-type'] = type.replace(/;\s*charset=[^;]*/i, '; charset=utf-8');
  return headers;
}
