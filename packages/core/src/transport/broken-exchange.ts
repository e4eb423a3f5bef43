import { ProxyError } from '../errors/proxy-error.ts';

/** What broke an exchange with a provider. */
export type BrokenBy = 'refused' | 'reset' | 'eof' | 'garbage' | 'connect_timeout' | 'first_byte_timeout' | 'idle_timeout';

const descriptions: Record<BrokenBy, { readonly status: number; readonly code: string; readonly message: string }> = {
  refused: { status: 502, code: 'upstream_connect', message: 'The provider could not be reached.' },
  reset: { status: 502, code: 'upstream_reset', message: 'The provider reset the connection before its answer was complete.' },
  eof: { status: 502, code: 'upstream_eof', message: 'The provider closed the connection before its answer was complete.' },
  garbage: { status: 502, code: 'upstream_garbage', message: 'The provider sent something that is not an HTTP answer.' },
  connect_timeout: {
    status: 504,
    code: 'timeout_connect',
    message: 'The connection to the provider took too long (the "connect" clock ran out).',
  },
  first_byte_timeout: {
    status: 504,
    code: 'timeout_first_byte',
    message: 'The provider did not begin to answer in time (the "firstByte" clock ran out).',
  },
  idle_timeout: {
    status: 504,
    code: 'timeout_idle',
    message: 'The provider fell silent in the middle of its answer (the "idle" clock ran out).',
  },
};

/** The error for an exchange that did not come to its end. The same call may well succeed when it is made again. */
export function brokenExchange(by: BrokenBy, cause?: unknown): ProxyError {
  const { status, code, message } = descriptions[by];
  return new ProxyError(message, { status, code, source: 'provider', retryable: true, ...(cause === undefined ? {} : { cause }) });
}
