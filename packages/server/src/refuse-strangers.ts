import type { Handler } from '@ai-proxy/core';
import { headerValue } from '@ai-proxy/core';
import type { Cors } from '@ai-proxy/core';

const loopbackHost = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

/**
 * Keeps web pages away from a command that asks for no key. A page's requests name the page's origin; a page that has made its own name
 * lead to this machine names itself as the host. Listed origins pass, and so do listed hosts, for a server of yours in front.
 */
export function refuseStrangers(cors: Cors | false, hosts: readonly string[]): Handler {
  const isOwnHost = (host: string): boolean => loopbackHost.test(host) || hosts.includes(host.replace(/:\d+$/, '').toLowerCase());
  const isListed = (origin: string): boolean => cors !== false && (cors.origins === '*' || cors.origins.includes(origin));
  return async ({ headers }) => {
    const host = headerValue(headers, 'host') ?? '';
    if (!isOwnHost(host))
      return refusal(`the host "${host.slice(0, 100)}" is not this machine's; name it with --hosts if a server of yours hands it on`);
    const origin = headerValue(headers, 'origin');
    if (origin === undefined || isListed(origin) || isOwnHost(hostOf(origin))) return undefined;
    return refusal(`pages of ${origin.slice(0, 100)} may not call; list the origin with --cors`);
  };
}

const hostOf = (origin: string): string => (URL.canParse(origin) ? new URL(origin).host : '');

const refusal = (reason: string): Awaited<ReturnType<Handler>> => ({
  status: 403,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ error: { message: `Refused: ${reason}.`, type: 'permission_error', param: null, code: 'origin_refused' } }),
});
