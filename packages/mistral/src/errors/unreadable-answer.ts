import { isJsonObject, ProxyError } from '@ai-proxy/core';
import type { JsonObject } from '@ai-proxy/core';
import { toInnerFailure } from './inner-failure.ts';
import { isErrorBody } from './is-error-body.ts';

/** The body of a 2xx answer as an object; throws what it reports, or that it is no answer. */
export function expectAnswer(body: unknown, list: string, retryServerErrors: boolean): JsonObject {
  if (isJsonObject(body)) {
    if (isErrorBody(body)) throw toInnerFailure(body, retryServerErrors);
    if (Array.isArray(body[list])) return body;
  }
  throw unreadableAnswer(`the provider's answer has no \`${list}\``);
}

/** A 502 for an answer that holds something else than the provider promises. */
export function unreadableAnswer(message: string): ProxyError {
  return new ProxyError(message, { status: 502, code: 'upstream_garbage', source: 'provider', retryable: true });
}
