import { isJsonObject } from '@ai-proxy/core';
import type { ErrorAnswer, ProviderFailure } from '@ai-proxy/core';
import { readErrorBody } from './error-body.ts';
import { readInnerFailure } from './inner-failure.ts';
import { meaningOf } from './meaning.ts';

/** What an answer of Ollama's that reports a failure means. */
export function toOllamaFailure(answer: ErrorAnswer): ProviderFailure {
  const { status, body } = answer;
  if (status < 400) return readInnerFailure(body);
  const { message, type, code } = readErrorBody(body);
  if (status === 401) return { message: message ?? 'unauthorized', code, param: null };
  if (status === 403 && message === undefined) return refusedHost();
  if (status === 404 && !isJsonObject(body)) return noSuchRoute(message);
  const meaning = message === undefined ? undefined : meaningOf(message);
  return {
    message: message ?? `HTTP ${status}`,
    ...(type === undefined ? {} : { type }),
    param: null,
    code: code ?? (status === 404 ? (meaning?.code ?? null) : null),
    // Ollama answers some of the caller's mistakes with a 500.
    ...(status === 500 && meaning !== undefined ? { status: meaning.status, retryable: meaning.retryable } : {}),
    // Of a model that is not allowed the caller learns from Ollama's own words; of a key that is not, he learns nothing.
    ...(status === 403 && meaning?.status !== 401 ? { credentials: false } : {}),
  };
}

/** Bound to loopback, Ollama looks at the name that it was called by, and refuses a foreign one with an empty answer. */
function refusedHost(): ProviderFailure {
  return {
    message:
      'The Ollama server refused the name or the origin that it was called by (403, empty). The operator has to reach it by localhost or an address, or let it listen beyond loopback with OLLAMA_HOST.',
    status: 502,
    code: 'provider_error',
    param: null,
    retryable: false,
    credentials: false,
  };
}

/** A 404 that is no JSON speaks of the path, and not of the model. */
function noSuchRoute(message: string | undefined): ProviderFailure {
  return {
    message: `The server at this provider's address is no Ollama, or too old for this request (404${message === undefined ? '' : `: ${message}`}). The operator has to check its base URL.`,
    status: 502,
    code: 'provider_error',
    param: null,
    retryable: false,
  };
}
