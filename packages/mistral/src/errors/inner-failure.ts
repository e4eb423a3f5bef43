import { isJsonObject, ProxyError } from '@ai-proxy/core';
import type { JsonObject, ProviderFailure } from '@ai-proxy/core';
import type { ErrorStatement } from './error-body.ts';
import { readErrorBody } from './error-body.ts';

/**
 * The failure that a body with a good status reports, or an event of a stream. Its status is the one it states or means: what is the
 * caller's mistake keeps its 4xx, a rate limit is 429, all else is 502 and may be tried elsewhere.
 */
export function readInnerFailure(body: unknown, retryServerErrors: boolean): ProviderFailure & { readonly status: number } {
  const stated = isJsonObject(body) ? statedStatus(body) : undefined;
  const said = readErrorBody(body, stated ?? 502);
  const status = stated ?? impliedStatus(said);
  if (status === 401 || (status === 403 && !isGuardrail(body))) {
    const message = 'the provider refused the credential that this proxy uses; the operator has to check the key of this provider';
    return { message, status: 502, code: 'provider_credentials', param: null, retryable: false };
  }
  const isServerError = status >= 500;
  return {
    message: said.message,
    ...(said.type === undefined ? {} : { type: said.type }),
    param: said.param,
    code: said.code,
    status: isServerError ? 502 : status,
    retryable: isServerError ? retryServerErrors || status !== 500 : status === 408 || status === 409 || status === 429,
  };
}

/** The same, to be thrown. */
export function toInnerFailure(body: unknown, retryServerErrors: boolean): ProxyError {
  const { message, status, type, param, code, retryable } = readInnerFailure(body, retryServerErrors);
  return new ProxyError(message, {
    status,
    code: code ?? 'provider_error',
    ...(type === undefined ? {} : { type }),
    param: param ?? null,
    source: 'provider',
    retryable: retryable === true,
  });
}

/** Whether the provider's own content filter refused: a 403 that has nothing to do with a credential. */
export function isGuardrail(body: unknown): boolean {
  return isJsonObject(body) && Array.isArray(body['guardrails']);
}

function statedStatus(body: JsonObject): number | undefined {
  const error = isJsonObject(body['error']) ? body['error'] : {};
  const places = [
    error['status'],
    error['status_code'],
    error['code'],
    body['raw_status_code'],
    body['status'],
    body['status_code'],
    body['code'],
  ];
  for (const value of places) {
    const number = typeof value === 'string' && /^[45]\d\d$/.test(value) ? Number(value) : value;
    if (typeof number === 'number' && number >= 400 && number <= 599) return number;
  }
  return undefined;
}

function impliedStatus({ type, code }: ErrorStatement): number {
  if (code === '1300' || code === '3505') return 429;
  if (code === 'context_length_exceeded') return 400;
  if (type === undefined) return 502;
  if (/rate_limit|capacity_exceeded/.test(type)) return 429;
  if (type === 'authentication_error') return 401;
  if (type === 'permission_error') return 403;
  if (type === 'model_not_found' || type === 'not_found_error') return 404;
  if (type.startsWith('invalid_') || type === 'exceed_context_size_error') return 400;
  return 502;
}
