import type { ErrorAnswer, ProviderFailure } from '@ai-proxy/core';
import { readErrorBody } from './error-body.ts';
import { isGuardrail, readInnerFailure } from './inner-failure.ts';

/** What an answer of Mistral's that reports a failure means. */
export function toMistralFailure(answer: ErrorAnswer): ProviderFailure {
  if (answer.status < 400) return readInnerFailure(answer.body, true);
  const { type, ...said } = readErrorBody(answer.body, answer.status);
  return {
    ...said,
    ...(type === undefined ? {} : { type }),
    // This 403 is about the content, not about the operator's key.
    ...(isGuardrail(answer.body) ? { credentials: false } : {}),
    ...(isPassingServerError(answer.status) ? { retryable: true } : {}),
  };
}

// Mistral's 500, and the 52x that the network in front of it makes up, pass by themselves.
function isPassingServerError(status: number): boolean {
  return status === 500 || (status >= 520 && status <= 527);
}
