import { headerValue } from '../http/headers.ts';
import type { HttpReply } from '../http/reply.ts';
import type { HttpRequest } from '../http/request.ts';
import type { Cors } from './options.ts';

const exposed = [
  'x-ai-proxy-id',
  'x-ai-proxy-model',
  'x-ai-proxy-step',
  'x-ai-proxy-attempts',
  'x-ai-proxy-cost',
  'x-ai-proxy-dropped',
  'x-ai-proxy-error-source',
  'x-request-id',
  'openai-processing-ms',
  'retry-after',
  'x-should-retry',
].join(', ');

/** Answers a preflight; nothing where the request is none, or its origin is not listed: browsers then refuse by themselves. */
export function answerPreflight(request: HttpRequest, cors: Cors): HttpReply | undefined {
  const method = headerValue(request.headers, 'access-control-request-method');
  if (request.method !== 'OPTIONS' || method === undefined) return undefined;
  const origin = corsHeaders(request, cors);
  if (!('access-control-allow-origin' in origin)) return { status: 204, headers: { vary: 'Origin' } };
  const asked = headerValue(request.headers, 'access-control-request-headers');
  return {
    status: 204,
    headers: {
      ...origin,
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
      // SDKs send headers of their own, more with every version; which of them go on is decided elsewhere.
      ...(asked === undefined ? {} : { 'access-control-allow-headers': asked.replace(/[^\w\-, ]/g, '').slice(0, 2048) }),
      'access-control-max-age': String(cors.maxAge ?? 600),
    },
  };
}

/** The headers of every answer to a page of a listed origin. Credentials are never allowed: keys travel in headers, not in cookies. */
export function corsHeaders(request: HttpRequest, cors: Cors): Record<string, string> {
  const origin = headerValue(request.headers, 'origin');
  if (origin === undefined) return {};
  if (cors.origins === '*') return { 'access-control-allow-origin': '*', 'access-control-expose-headers': exposed };
  if (!cors.origins.includes(origin)) return { vary: 'Origin' };
  return { 'access-control-allow-origin': origin, vary: 'Origin', 'access-control-expose-headers': exposed };
}
