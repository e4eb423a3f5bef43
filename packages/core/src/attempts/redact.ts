const mask = '[redacted]';
/** Shorter ones would mask ordinary words, and are no secrets. */
const shortestSecret = 8;

/** Takes a credential out of a text that a provider wrote: some repeat the key that they refuse. */
export function redact(text: string, credential: string | undefined): string {
  if (credential === undefined || credential.length < shortestSecret || !text.includes(credential)) return text;
  return text.replaceAll(credential, mask);
}

/** The same for every string inside a parsed body. */
export function redactValue(value: unknown, credential: string | undefined): unknown {
  if (credential === undefined) return value;
  const text = JSON.stringify(value);
  if (text === undefined) return value;
  const inside = JSON.stringify(credential).slice(1, -1);
  const clean = redact(text, inside);
  return clean === text ? value : (JSON.parse(clean) as unknown);
}
