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

/** The provider wrote the mark of the end although it had not finished. */
export function brokenOff(): ProxyError {
  return new ProxyError('the provider broke the answer off before its end; try again', {
    status: 502,
    code: 'stream_interrupted',
    source: 'provider',
    retryable: true,
  });
}
