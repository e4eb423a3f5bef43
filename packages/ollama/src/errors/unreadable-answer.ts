import { isJsonObject, ProxyError } from '@ai-proxy/core';
import type { JsonObject } from '@ai-proxy/core';
import { isErrorBody, toInnerFailure } from './inner-failure.ts';

/** The body of a 2xx answer as an object that has one of the keys; throws what it reports, or that it is no answer. */
export function expectAnswer(body: unknown, keys: readonly string[]): JsonObject {
  if (isJsonObject(body)) {
    if (isErrorBody(body)) throw toInnerFailure(body);
    if (keys.some((key) => body[key] !== undefined && body[key] !== null)) return body;
  }
  throw unreadableAnswer(`the provider's answer has no \`${keys.join('` or `')}\``);
}

/** A 502 for an answer that holds something else than the provider promises. */
export function unreadableAnswer(message: string): ProxyError {
  return new ProxyError(message, { status: 502, code: 'upstream_garbage', source: 'provider', retryable: true });
}

/** A 502 for an answer that says of itself that it is not finished. */
export function interruptedAnswer(): ProxyError {
  return new ProxyError('the provider broke the answer off before its end; try again', {
    status: 502,
    code: 'stream_interrupted',
    source: 'provider',
    retryable: true,
  });
}
