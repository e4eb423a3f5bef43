import type { ProxyError } from '../errors/proxy-error.ts';
import type { Face } from '../faces/face.ts';
import { responseHeadersForCaller } from '../headers/response-headers.ts';
import type { HttpReply } from '../http/reply.ts';

/** An error as an answer, in the caller's dialect. */
export function answerError(error: ProxyError, face: Face, headers: Record<string, string | string[]> = {}): HttpReply {
  const shared: Record<string, string | string[]> = {
    ...headers,
    'x-ai-proxy-error-source': error.source,
    ...(error.retryAfter === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(error.retryAfter / 1000))) }),
    // What could be tried again has been: an SDK that does so too would multiply the load on a provider in trouble.
    ...(error.source === 'provider' ? { 'x-should-retry': 'false' } : {}),
  };
  const { upstream } = error;
  if (upstream && face.isNative) {
    return {
      status: upstream.status,
      headers: { ...responseHeadersForCaller(upstream.headers, { reframed: true }), ...shared },
      body: upstream.bytes,
    };
  }
  return {
    status: error.status,
    headers: { ...shared, 'content-type': 'application/json' },
    body: JSON.stringify(face.errorBody(error)),
  };
}
