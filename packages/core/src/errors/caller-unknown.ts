import { ProxyError } from './proxy-error.ts';

/** For a request of nobody, where the application says who is asking. */
export const callerUnknown = (): ProxyError =>
  new ProxyError('This request does not say who is asking. Sign in to the application, or send the credential that it asks for.', {
    status: 401,
    code: 'caller_unknown',
    source: 'caller',
  });
