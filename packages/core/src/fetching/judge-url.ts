import { isDefaultPort, isNamed } from './host-entries.ts';
import type { HostEntry } from './host-entries.ts';
import { longestURL } from './refusals.ts';
import type { Forbidden } from './refusals.ts';

/** The hosts that an operator has named. */
export interface NamedHosts {
  /** The only ones to ask; any where there is none. */
  readonly only: readonly HostEntry[] | undefined;
  readonly trusted: readonly HostEntry[];
}

/** Where a URL leads, by what it says itself. */
export interface Destination {
  readonly url: URL;
  /** A name or an address, without the brackets of a URL. */
  readonly hostname: string;
  readonly port: number;
  /** Whether it may lead inside. */
  readonly trusted: boolean;
}

/** Says of a URL where it leads, or why it is not asked. Its addresses are another's to judge. */
export function judgeURL(text: string, base: URL | undefined, hosts: NamedHosts): Destination | Forbidden {
  if (text.length > longestURL || !URL.canParse(text, base)) return 'url';
  const url = new URL(text, base);
  if ((url.protocol !== 'http:' && url.protocol !== 'https:') || url.href.length > longestURL) return 'url';
  if (url.username !== '' || url.password !== '') return 'credentials';
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  const trusted = isNamed(hosts.trusted, url.hostname, port);
  if (!trusted && hosts.only !== undefined && !isNamed(hosts.only, url.hostname, port)) return 'host';
  if (!trusted && hosts.only === undefined && !isDefaultPort(port)) return 'port';
  return { url, hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'), port, trusted };
}
