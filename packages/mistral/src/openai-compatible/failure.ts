import type { ErrorAnswer, ProviderFailure } from '@ai-proxy/core';
import { readErrorBody } from '../errors/error-body.ts';
import { readInnerFailure } from '../errors/inner-failure.ts';

/**
 * What an answer that is not 2xx means. A 500 is not tried again: these servers give it for templates that refuse the messages, for
 * pictures that the model cannot see, for a missing prompt. A 503 is a model that is still being loaded.
 */
export function toCompatibleFailure(answer: ErrorAnswer): ProviderFailure {
  if (answer.status < 400) return readInnerFailure(answer.body, false);
  const { type, ...said } = readErrorBody(answer.body, answer.status);
  return {
    ...said,
    ...(type === undefined ? {} : { type }),
    ...(answer.status === 500 ? { retryable: false } : {}),
    ...(answer.status === 503 ? { retryable: true } : {}),
  };
}
