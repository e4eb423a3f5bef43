import type { ProxyError } from '../errors/proxy-error.ts';
import type { Outcome } from './outcome.ts';

const outcomesByCode: Readonly<Record<string, Outcome>> = {
  caller_left: 'caller_left',
  provider_unavailable: 'provider_unavailable',
  upstream_connect: 'upstream_connect',
  upstream_reset: 'upstream_reset',
  upstream_eof: 'upstream_eof',
  stream_interrupted: 'upstream_eof',
  upstream_garbage: 'upstream_garbage',
  upstream_redirect: 'upstream_garbage',
  upstream_too_large: 'upstream_garbage',
  timeout_connect: 'timeout_connect',
  timeout_first_byte: 'timeout_first_byte',
  timeout_idle: 'timeout_idle',
  timeout_total: 'timeout_total',
  timeout_write: 'timeout_write',
  shutting_down: 'shutting_down',
};

/** The receipt's word for the way a call failed. */
export function outcomeOfError(error: ProxyError): Outcome {
  const known = error.code !== null && Object.hasOwn(outcomesByCode, error.code) ? outcomesByCode[error.code] : undefined;
  if (known) return known;
  if (error.source === 'provider') return 'provider_error';
  if (error.source === 'caller' || error.source === 'policy') return 'refused';
  return 'internal_error';
}
