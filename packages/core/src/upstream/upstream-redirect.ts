import { ProxyError } from '../errors/proxy-error.ts';
import type { Provider } from '../provider/provider.ts';

/** Whether an answer is none by itself. */
export function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

/** What callers are told of a redirect. Neither the proxy follows it nor the caller: it would take keys and bodies where the operator has not sent them. */
export function upstreamRedirect(provider: Provider, status: number): ProxyError {
  return new ProxyError(
    `"${provider.name}" answered with a redirect (${status}), which is never followed. The operator has to set its final base URL.`,
    { status: 502, code: 'upstream_redirect', source: 'provider' },
  );
}
