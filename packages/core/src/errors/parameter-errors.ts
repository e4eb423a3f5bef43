import { ProxyError } from './proxy-error.ts';

/** A 400 for a field whose value nobody could serve. */
export function invalidParameter(param: string | null, message: string): ProxyError {
  return new ProxyError(message, { status: 400, code: 'invalid_parameter', param, source: 'caller' });
}

/** A 400 for a field that the provider has no counterpart for and that cannot be left out without changing what was asked. */
export function unsupportedParameter(param: string, message: string): ProxyError {
  return new ProxyError(message, { status: 400, code: 'unsupported_parameter', param, source: 'caller' });
}
