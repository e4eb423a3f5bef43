import { ProxyError } from '../errors/proxy-error.ts';
import { headerValue } from '../http/headers.ts';
import type { HttpHeaders } from '../http/headers.ts';
import { fromCaller } from '../provider/credential.ts';
import type { Provider } from '../provider/provider.ts';

/** Headers that carry a key made for this gateway: beside one of them, `Authorization` is the provider's. */
const gatewayHeaders = ['x-ai-proxy-key', 'cf-aig-authorization', 'x-portkey-api-key'];

/** The credential that a request to a provider carries; nothing where the provider asks for none. */
export async function credentialFor(provider: Provider, callerHeaders: HttpHeaders): Promise<string | undefined> {
  const { apiKey } = provider;
  if (apiKey === undefined) return undefined;
  if (typeof apiKey === 'string') return apiKey;
  if (apiKey !== fromCaller) return apiKey();
  const own = callerCredential(callerHeaders);
  if (own !== undefined) return own;
  throw new ProxyError(`"${provider.name}" is called with your own key. Send it as "Authorization: Bearer <key>".`, {
    status: 401,
    code: 'credential_missing',
    source: 'caller',
  });
}

function callerCredential(headers: HttpHeaders): string | undefined {
  const bearer = /^Bearer\s+(\S+)$/i.exec(headerValue(headers, 'authorization') ?? '')?.[1];
  if (bearer !== undefined) return bearer;
  if (gatewayHeaders.some((name) => headerValue(headers, name) !== undefined)) return undefined;
  return headerValue(headers, 'x-api-key') ?? headerValue(headers, 'api-key');
}

/** The headers that present it. */
export function authorization(provider: Provider, credential: string | undefined): Record<string, string> {
  if (credential === undefined) return {};
  return provider.authorize?.(credential) ?? { authorization: `Bearer ${credential}` };
}
