import { ProxyError } from '@ai-proxy/core';

/** An upstream that could not be reached in time. */
export function connectTimedOut(milliseconds: number): ProxyError {
  return new ProxyError(`The provider could not be reached within ${milliseconds} ms. Try again later.`, {
    status: 504,
    code: 'timeout_connect',
    source: 'provider',
    retryable: true,
  });
}

/** An upstream that fell silent. */
export function upstreamSilent(milliseconds: number, hasAnswered: boolean): ProxyError {
  return new ProxyError(
    hasAnswered
      ? `The provider sent nothing for ${milliseconds} ms in the middle of its answer.`
      : `The provider did not begin to answer within ${milliseconds} ms. Try again later.`,
    { status: 504, code: hasAnswered ? 'timeout_idle' : 'timeout_first_byte', source: 'provider' },
  );
}

/** An answer that stopped before its end. */
export function upstreamCutShort(cause?: unknown): ProxyError {
  return new ProxyError("The provider's answer ended before it was complete.", {
    status: 502,
    code: 'upstream_eof',
    source: 'provider',
    cause,
  });
}

const unreachable = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EADDRNOTAVAIL',
  'EMFILE',
  'ENOENT',
]);

/** What a failed exchange means, read from Node's error. The upstream's address stays out of the message: callers get to read it. */
export function toRelayError(error: unknown, hasAnswered: boolean): ProxyError {
  if (error instanceof ProxyError) return error;
  const { code, syscall } = nodeErrorFields(error);
  if (unreachable.has(code) || isCertificateError(code)) {
    return new ProxyError(`The provider could not be reached (${code}). Try again later.`, {
      status: 502,
      code: 'upstream_connect',
      source: 'provider',
      retryable: true,
      cause: error,
    });
  }
  if (code.startsWith('HPE_')) {
    return new ProxyError(`The provider's answer is not HTTP (${code}).`, {
      status: 502,
      code: 'upstream_garbage',
      source: 'provider',
      cause: error,
    });
  }
  // Node reports an early FIN by the code of a reset as well; only a real reset comes from a system call.
  if (syscall === '' && code === 'ECONNRESET') {
    if (hasAnswered) return upstreamCutShort(error);
    return new ProxyError('The provider closed the connection without an answer. Try again later.', {
      status: 502,
      code: 'upstream_eof',
      source: 'provider',
      cause: error,
    });
  }
  return new ProxyError(`The connection to the provider broke${code === '' ? '' : ` (${code})`}. Try again later.`, {
    status: 502,
    code: 'upstream_reset',
    source: 'provider',
    cause: error,
  });
}

function isCertificateError(code: string): boolean {
  return code.startsWith('ERR_TLS_') || code.startsWith('ERR_SSL_') || code.startsWith('CERT_') || /SELF_SIGNED|UNABLE_TO_/.test(code);
}

function nodeErrorFields(error: unknown): { readonly code: string; readonly syscall: string } {
  if (!(error instanceof Error)) return { code: '', syscall: '' };
  return {
    code: 'code' in error && typeof error.code === 'string' ? error.code : '',
    syscall: 'syscall' in error && typeof error.syscall === 'string' ? error.syscall : '',
  };
}
