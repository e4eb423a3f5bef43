import type { HttpHeaders } from '../http/headers.ts';
import { canonicalName, hopByHop, isHeaderName, isHeaderValue, nominatedHeaders } from './header-rules.ts';

export interface ResponseHeadersOptions {
  /** The body goes down otherwise than it came: inflated, released event by event, or written anew. */
  readonly reframed: boolean;
}

const denied: ReadonlySet<string> = new Set([
  ...hopByHop,
  // Of the connection to the provider, or of its servers.
  'server',
  'via',
  'x-powered-by',
  // They would set state or policy for the application's own origin, which is not the provider's to rule.
  'accept-ch',
  'alt-svc',
  'clear-site-data',
  'critical-ch',
  'expect-ct',
  'nel',
  'origin-agent-cluster',
  'public-key-pins',
  'public-key-pins-report-only',
  'report-to',
  'reporting-endpoints',
  'service-worker-allowed',
  'set-cookie',
  'set-cookie2',
  'set-login',
  'speculation-rules',
  'strict-transport-security',
  // A challenge for the operator's credential; a browser would ask its user for one, in the name of the application.
  'www-authenticate',
  'authentication-info',
  // Orders to a web server in front of the application, nginx's below by prefix: "serve this file instead".
  'x-lighttpd-send-file',
  'x-reproxy-url',
  'x-sendfile',
]);

const deniedPrefixes: readonly string[] = ['access-control-', 'proxy-', 'x-accel-', 'x-ai-proxy-', 'x-middleware-'];

/**
 * True only of the bytes as the provider sent them. An entity tag is among them: a strong one names one exact representation, and a cache
 * that was given it for other bytes would hand those out as these. Ranges count bytes that the caller never sees.
 */
const ofTheOriginalBytes: ReadonlySet<string> = new Set([
  'accept-ranges',
  'content-digest',
  'content-encoding',
  'content-length',
  'content-md5',
  'content-range',
  'digest',
  'etag',
  'repr-digest',
]);

/** The provider's headers that go down to the caller on native and opaque routes: all but those that do harm here or are no longer true. */
export function responseHeadersForCaller(headers: HttpHeaders, options: ResponseHeadersOptions): Record<string, string | string[]> {
  const nominated = nominatedHeaders(headers);
  const down: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    const canonical = canonicalName(name);
    if (value === undefined || !isHeaderName(name) || isDenied(canonical) || nominated.has(canonical)) continue;
    if (options.reframed && ofTheOriginalBytes.has(canonical)) continue;
    if (canonical === 'content-length' && (typeof value !== 'string' || !/^\d+$/.test(value))) continue;
    if (typeof value === 'string') {
      if (isHeaderValue(value)) down[name.toLowerCase()] = value;
      continue;
    }
    const values = value.filter(isHeaderValue);
    if (values.length > 0) down[name.toLowerCase()] = values;
  }
  return down;
}

function isDenied(canonical: string): boolean {
  return denied.has(canonical) || deniedPrefixes.some((prefix) => canonical.startsWith(prefix));
}
