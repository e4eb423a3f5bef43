import { ProxyError } from './proxy-error.ts';

/** What a caller is told of anything that was thrown. A mistake of ours is never told in its own words: they may hold what is not his. */
export function toProxyError(error: unknown): ProxyError {
  if (error instanceof ProxyError) return error;
  return new ProxyError(
    'The proxy failed to handle this request. The operator finds the cause in the log, by the x-ai-proxy-id of this answer.',
    {
      status: 500,
      code: 'internal_error',
      cause: error,
    },
  );
}
