import { ProxyError } from '@ai-proxy/core';

/** The provider ended an answer with the reason `error` and said no more. */
export function failedGeneration(): ProxyError {
  return new ProxyError('the provider failed while it was generating the answer; try again', {
    status: 502,
    code: 'provider_error',
    source: 'provider',
    retryable: true,
  });
}
