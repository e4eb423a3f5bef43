import { ProxyError } from '@ai-proxy/core';
import type { JsonObject, ProviderFailure } from '@ai-proxy/core';
import { readErrorBody } from './error-body.ts';
import { meaningOf } from './meaning.ts';

/** Whether an object that came where an answer or a line was due reports a failure. */
export function isErrorBody(body: JsonObject): boolean {
  const { error } = body;
  return error !== undefined && error !== null && error !== false && error !== '';
}

/**
 * The failure that a body with a good status reports, or a line of a stream. Its status is the one it states or means: what is the caller's mistake keeps its 4xx,
 * a server that is busy is 503, all else is 502 and may be tried elsewhere.
 */
export function readInnerFailure(body: unknown): ProviderFailure & { readonly status: number } {
  const said = readErrorBody(body);
  const message = said.message ?? 'the provider failed and did not say why';
  const meaning = meaningOf(message);
  const status = said.status ?? meaning?.status ?? 502;
  if (status === 401) {
    const refusal = 'the provider refused the credential that this proxy uses; the operator has to check the key of this provider';
    return { message: refusal, status: 502, code: 'provider_credentials', param: null, retryable: false };
  }
  const isBroken = status === 500 || status === 502;
  return {
    message,
    ...(said.type === undefined ? {} : { type: said.type }),
    param: null,
    code: said.code ?? meaning?.code ?? null,
    status: isBroken ? 502 : status,
    retryable: status >= 500 || status === 408 || status === 409 || status === 429,
  };
}

/** The same, to be thrown. */
export function toInnerFailure(body: unknown): ProxyError {
  const { message, status, type, code, retryable } = readInnerFailure(body);
  return new ProxyError(message, {
    status,
    code: code ?? 'provider_error',
    ...(type === undefined ? {} : { type }),
    source: 'provider',
    retryable: retryable === true,
  });
}
