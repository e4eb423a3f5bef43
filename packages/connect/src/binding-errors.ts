import { ProxyError } from '@ai-proxy/core';

/** The reason of a signal whose caller has gone. */
export function callerLeft(cause?: unknown): ProxyError {
  return new ProxyError('The caller closed the connection before the answer was complete.', {
    status: 499,
    code: 'caller_left',
    source: 'caller',
    cause,
  });
}

/** The reason of a signal whose caller is there and takes nothing. */
export function callerStalled(milliseconds: number): ProxyError {
  return new ProxyError(`The caller took nothing of the answer for ${milliseconds} ms, so the connection was cut.`, {
    status: 499,
    code: 'timeout_write',
    source: 'caller',
  });
}

/** What a path gets that nobody serves, where there is no next middleware to ask. */
export function pathNotFound(method: string, target: string): ProxyError {
  // A path may hold what a terminal or a page would act on; JSON escapes the rest.
  const path = target.split('?', 1)[0] ?? '';
  const shown = path.length > 200 ? `${path.slice(0, 200)}…` : path;
  return new ProxyError(
    `Nothing is served at ${method} ${shown}. Check the base URL of your client: it must end in the path where the proxy is mounted.`,
    {
      status: 404,
      code: 'path_not_found',
      source: 'caller',
    },
  );
}

/** What a caller is told of a bug: nothing of its text, which may hold anything. */
export function internalError(cause: unknown): ProxyError {
  return new ProxyError('The proxy failed to answer this request. Its operator finds the cause in the log.', {
    status: 500,
    code: 'internal_error',
    cause,
  });
}
