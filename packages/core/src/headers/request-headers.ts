import type { HttpHeaders } from '../http/headers.ts';
import { canonicalName, hopByHop, isHeaderName, isHeaderValue, nominatedHeaders } from './header-rules.ts';

/**
 * What goes up. `baggage` stays here: applications put user ids into it, and a provider is another company; of the trace only the
 * ids go. `accept-encoding` is the transport's, which has to read the answer.
 */
const allowed: readonly string[] = [
  'accept',
  'accept-language',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'range',
  'traceparent',
  'tracestate',
  'user-agent',
  'x-request-id',
];

const neverNames: ReadonlySet<string> = new Set([
  ...hopByHop,
  'api-key',
  'authorization',
  'baggage',
  'content-length',
  'cookie',
  'cookie2',
  'forwarded',
  'host',
  'origin',
  'referer',
  'true-client-ip',
  'via',
  'x-api-key',
  'x-real-ip',
]);

const neverPrefixes: readonly string[] = ['cf-', 'proxy-', 'sec-', 'x-ai-proxy-', 'x-forwarded-', 'x-portkey-'];

/**
 * The caller's headers that go to a provider on native and opaque routes: a short list, and nothing else. `extra` names more,
 * for a provider whose API needs them; credentials, cookies, addresses and framing never pass, named or not.
 */
export function requestHeadersForUpstream(headers: HttpHeaders, extra: readonly string[] = []): Record<string, string> {
  const named = extra.map((name) => name.toLowerCase()).filter((name) => !isNever(name));
  const nominated = nominatedHeaders(headers);
  const upstream: Record<string, string> = {};
  for (const name of named.length === 0 ? allowed : [...allowed, ...named]) {
    if (!Object.hasOwn(headers, name) || nominated.has(canonicalName(name))) continue;
    const value = headers[name];
    const text = typeof value === 'string' ? value : value?.join(', ');
    if (text !== undefined && isHeaderValue(text)) upstream[name] = text;
  }
  return upstream;
}

function isNever(name: string): boolean {
  const canonical = canonicalName(name);
  return !isHeaderName(name) || neverNames.has(canonical) || neverPrefixes.some((prefix) => canonical.startsWith(prefix));
}
