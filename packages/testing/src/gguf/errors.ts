import type { JsonObject } from '@ai-proxy/core';
import { json } from '../server/answer.ts';
import type { JsonAnswer } from '../server/answer.ts';

/** Which server is simulated. */
export type GgufDialect = 'llama-server' | 'llama-cpp-python';

const types: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  500: 'server_error',
  501: 'not_supported_error',
  503: 'unavailable_error',
};

/** llama-server's error: a number as code, no `param`. */
export function llamaError(status: number, message: string, more: JsonObject = {}): JsonAnswer {
  return json(status, { error: { code: status, message, type: types[status] ?? 'server_error', ...more } });
}

/** llama-cpp-python's error. Everything it did not foresee is a 500, validation too. */
export function pythonError(status: number, message: string, type = 'internal_server_error', code: string | null = null): JsonAnswer {
  return json(status, { error: { message, type, param: null, code } });
}

/** What each server says of its own troubles. */
export function ggufTroubles(dialect: GgufDialect): {
  readonly inside: JsonObject;
  readonly rateLimited: JsonObject;
  readonly loading: JsonObject;
} {
  const loading = { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } };
  const rateLimited = { error: { code: 429, message: 'Too many requests', type: 'rate_limit_error' } };
  if (dialect === 'llama-server')
    return { inside: { error: { code: 500, message: 'Context size has been exceeded.', type: 'server_error' } }, rateLimited, loading };
  return {
    inside: { error: { message: 'Internal Server Error', type: 'internal_server_error', param: null, code: null } },
    rateLimited,
    loading,
  };
}
