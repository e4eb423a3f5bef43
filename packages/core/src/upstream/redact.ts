import { ProxyError } from '../errors/proxy-error.ts';
import type { HttpHeaders } from '../http/headers.ts';

const mask = '[redacted]';
/** Shorter ones would mask ordinary words, and are no secrets. */
const shortestSecret = 8;

export function isSecret(credential: string | undefined): credential is string {
  return credential !== undefined && credential.length >= shortestSecret;
}

/** Takes a credential out of a text that a provider wrote: some repeat the key that they refuse. */
export function redact(text: string, credential: string | undefined): string {
  if (!isSecret(credential)) return text;
  const clean = text.includes(credential) ? text.replaceAll(credential, mask) : text;
  return clean.includes('\\') ? clean.replace(inAnySpelling(credential), mask) : clean;
}

/** Matches a credential in the text of a JSON string, where any character may be written as an escape. */
function inAnySpelling(credential: string): RegExp {
  const units = Array.from({ length: credential.length }, (_, index) => {
    const hex = credential.charCodeAt(index).toString(16).padStart(4, '0');
    const plain = `\\u${hex}`;
    const escaped = `\\\\u${hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`)}`;
    return `(?:${plain}|${escaped}|\\\\${plain})`;
  });
  return new RegExp(units.join(''), 'g');
}

/** A report of a failure has no use for more levels than this. */
const deepest = 100;

/** The same for every string and every name inside a parsed body; a body that holds none is given back as it is. */
export function redactValue(value: unknown, credential: string | undefined, depth = 0): unknown {
  if (credential === undefined) return value;
  if (typeof value === 'string') return redact(value, credential);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === deepest) return mask;
  const entries = Object.entries(value);
  const clean = entries.map(([name, one]) => [redact(name, credential), redactValue(one, credential, depth + 1)] as const);
  if (clean.every(([name, one], index) => name === entries[index]?.[0] && one === entries[index][1])) return value;
  return Array.isArray(value) ? clean.map(([, one]) => one) : Object.fromEntries(clean);
}

/** A provider's report, as text and parsed where it is JSON. What escapes hide in the text is found in what it says. */
export function redactReport(report: string, credential: string | undefined): { readonly text: string; readonly body: unknown } {
  const text = redact(report, credential);
  const said = parseOrText(text);
  const body = redactValue(said, credential);
  return body === said ? { text, body } : { text: JSON.stringify(body), body };
}

/** An error that a provider's own functions made, perhaps of its words. */
export function redactError(error: unknown, credential: string | undefined): unknown {
  if (error instanceof ProxyError) error.message = redact(error.message, credential);
  return error;
}

function parseOrText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** An answer's headers without those that repeat a credential. */
export function withoutCredential(headers: HttpHeaders, credential: string | undefined): HttpHeaders {
  if (credential === undefined) return headers;
  const holds = (value: string | readonly string[] | undefined): boolean =>
    typeof value === 'string' ? value.includes(credential) : (value?.some((one) => one.includes(credential)) ?? false);
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => !holds(value)));
}
