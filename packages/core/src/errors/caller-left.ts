import { ProxyError } from './proxy-error.ts';

/** What ends a call whose caller has gone. Nobody reads it but receipts and logs. */
export const callerLeft = (): ProxyError => new ProxyError('The caller left.', { status: 499, code: 'caller_left', source: 'caller' });

/** What ends a call whose caller is there and takes nothing of the answer. */
export const callerStalled = (milliseconds: number): ProxyError =>
  new ProxyError(`The caller took nothing of the answer for ${milliseconds} ms, so the connection was cut.`, {
    status: 499,
    code: 'timeout_write',
    source: 'caller',
  });
