import { ProxyError } from './proxy-error.ts';

/** What ends a call whose caller has gone. Nobody reads it but receipts and logs. */
export const callerLeft = (): ProxyError => new ProxyError('The caller left.', { status: 499, code: 'caller_left', source: 'caller' });
