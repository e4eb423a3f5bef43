/** What a server is asked on when nobody says otherwise. */
export const defaultBaseURL = 'http://127.0.0.1:11434';

const loopbackOf: ReadonlyMap<string, string> = new Map([
  // Addresses that a server listens on are none to connect to.
  ['0.0.0.0', '127.0.0.1'],
  ['', '127.0.0.1'],
  ['::', '::1'],
]);

/**
 * Reads `OLLAMA_HOST` as Ollama's own client does: with or without scheme, port and path, quoted or not. Without a scheme it is plain HTTP on 11434; with
 * one, a missing port is the scheme's own. A port that is none is read as if it were missing. Throws a `TypeError` where no address comes of it.
 */
export function parseOllamaHost(given: string): string {
  const text = withoutQuotes(given.trim()).trim();
  const mark = text.indexOf('://');
  // The hosted service has no plain port.
  const isHosted = text === 'ollama.com';
  const scheme = isHosted ? 'https' : mark < 0 ? 'http' : text.slice(0, mark).toLowerCase();
  if (scheme !== 'http' && scheme !== 'https') throw new TypeError('OLLAMA_HOST must begin with http:// or https://, or have no scheme');
  const rest = mark < 0 ? text : text.slice(mark + 3);
  const slash = rest.indexOf('/');
  const { host, port } = splitPort(slash < 0 ? rest : rest.slice(0, slash));
  const fallback = scheme === 'https' ? '443' : mark < 0 ? '11434' : '80';
  const authority = `${toAuthority(host)}:${isPort(port) ? port : fallback}`;
  const path = slash < 0 ? '' : withoutTrailingSlashes(rest.slice(slash));
  const address = `${scheme}://${authority}${path}`;
  if (/[@?#\s\\]/.test(rest) || !URL.canParse(address)) {
    throw new TypeError('OLLAMA_HOST must be a host, with a scheme, a port and a path where they differ from http://127.0.0.1:11434');
  }
  const url = new URL(address);
  return url.origin + withoutTrailingSlashes(url.pathname);
}

function splitPort(hostport: string): { readonly host: string; readonly port: string | undefined } {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(hostport);
  if (bracketed) return { host: bracketed[1] ?? '', port: bracketed[2] };
  const colon = hostport.indexOf(':');
  // More than one colon without brackets is an address of version 6.
  if (colon < 0 || hostport.includes(':', colon + 1)) return { host: hostport, port: undefined };
  return { host: hostport.slice(0, colon), port: hostport.slice(colon + 1) };
}

function toAuthority(host: string): string {
  const connectable = loopbackOf.get(host) ?? host;
  return connectable.includes(':') ? `[${connectable}]` : connectable;
}

function isPort(port: string | undefined): port is string {
  return port !== undefined && /^\d{1,5}$/.test(port) && Number(port) <= 65_535;
}

function withoutQuotes(text: string): string {
  return text.replace(/^["']+/, '').replace(/["']+$/, '');
}

/** A path without the slashes at its end. */
export function withoutTrailingSlashes(path: string): string {
  let end = path.length;
  while (end > 0 && path.charCodeAt(end - 1) === 47) end -= 1;
  return path.slice(0, end);
}
