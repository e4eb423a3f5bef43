import { headerValue } from '@ai-proxy/core';
import type { Call, HttpHeaders } from '@ai-proxy/core';

/** Headers that are made for a gateway: beside one of them, `Authorization` is the provider's. */
const ofGateways = ['x-ai-proxy-key', 'x-portkey-api-key', 'cf-aig-authorization'] as const;
const usual = ['authorization', 'x-api-key', 'api-key'] as const;

/** A credential, and where it came. */
export interface Credential {
  readonly text: string;
  readonly header: string | undefined;
}

/** Finds the credential that a request carries for this gateway. The first of the places counts, whatever stands in the others. */
export function readCredential(headers: HttpHeaders): Credential | undefined {
  const header = [...ofGateways, ...usual].find((name) => headerValue(headers, name) !== undefined);
  if (header === undefined) return undefined;
  const value = headerValue(headers, header) ?? '';
  const isBearer = header === 'authorization' || header === 'cf-aig-authorization';
  const text = isBearer ? /^Bearer +(\S+)$/i.exec(value)?.[1] : value;
  return text === undefined || text === '' ? undefined : { text, header };
}

/** Takes a key out of the query of a native route, so that it does not go up. Elsewhere queries mean nothing. */
export function takeFromQuery(call: Call, name: string): Credential | undefined {
  if (!call.native) return undefined;
  const parameters = new URLSearchParams(call.native.query);
  const text = parameters.get(name);
  if (text === null || text === '') return undefined;
  parameters.delete(name);
  const rest = parameters.toString();
  call.native = { ...call.native, query: rest === '' ? '' : `?${rest}` };
  return { text, header: undefined };
}

/**
 * The headers without the credential, in whichever of the places it stands: it has done its work, and goes neither up nor into anybody's log. A client that sends it in two of them
 * would else hand it to a provider that is called with the caller's own key.
 */
export function withoutCredential(headers: HttpHeaders, text: string): HttpHeaders {
  const holds = (name: string): boolean => [headers[name]].flat().some((value) => value === text || value?.endsWith(` ${text}`) === true);
  const places = new Set<string>([...ofGateways, ...usual].filter((name) => Object.hasOwn(headers, name) && holds(name)));
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !places.has(name)));
}
