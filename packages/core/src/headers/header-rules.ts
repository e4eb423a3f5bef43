import type { HttpHeaders } from '../http/headers.ts';

/** Headers that speak of one connection and never pass an intermediary (RFC 9110, section 7.6.1), and those of framing that each hop makes itself. */
export const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'http2-settings',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

// Without these nobody can read the body that goes with them, so a `Connection` header cannot take them away.
const neverNominated: ReadonlySet<string> = new Set(['content-type', 'content-encoding', 'content-length', 'content-range']);

/** The headers that a message's `connection` header declares to be of this hop only. */
export function nominatedHeaders(headers: HttpHeaders): ReadonlySet<string> {
  const connection = Object.hasOwn(headers, 'connection') ? headers['connection'] : undefined;
  if (connection === undefined) return new Set();
  const text = typeof connection === 'string' ? connection : connection.join(',');
  const names = text.split(',').map((name) => canonicalName(name.trim()));
  return new Set(names.filter((name) => !neverNominated.has(name)));
}

/** How a name is compared: servers that make variables of headers cannot tell `_` from `-`, so neither does a rule. */
export function canonicalName(name: string): string {
  const lower = name.toLowerCase();
  return lower.includes('_') ? lower.replaceAll('_', '-') : lower;
}

/** Whether a name is a token, and not one that means something to an object of JavaScript. */
export function isHeaderName(name: string): boolean {
  return name !== '__proto__' && /^[!#$%&'*+\-.^_`|~0-9a-z]+$/i.test(name);
}

/** Whether a value can be written as it is: no CR, LF, NUL or other control that would start a header of its own. */
export function isHeaderValue(value: string): boolean {
  return !/[^\t\u0020-\u007e\u0080-\u00ff]/.test(value);
}
