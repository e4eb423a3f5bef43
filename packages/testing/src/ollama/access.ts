import { BlockList, isIP } from 'node:net';
import { hostname } from 'node:os';
import type { IncomingHttpHeaders } from 'node:http';

const near = new BlockList();
for (const [network, prefix] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  near.addSubnet(network, prefix, 'ipv4');
}
near.addAddress('0.0.0.0', 'ipv4');
near.addSubnet('fc00::', 7, 'ipv6');
near.addAddress('::1', 'ipv6');
near.addAddress('::', 'ipv6');

/** Whether a server that is bound to loopback answers a request for this `Host`. Anything else could be a rebound DNS name. */
export function isAllowedHost(header: string | undefined): boolean {
  const host = hostOf(header ?? '').toLowerCase();
  const version = isIP(host);
  if (version !== 0) return near.check(host, version === 4 ? 'ipv4' : 'ipv6');
  if (host === '' || host === 'localhost' || host === hostname().toLowerCase()) return true;
  return ['.localhost', '.local', '.internal'].some((domain) => host.endsWith(domain));
}

function hostOf(header: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d*)?$/u.exec(header);
  return bracketed?.[1] ?? /^([^:]*)(?::\d*)?$/u.exec(header)?.[1] ?? header;
}

const schemes = ['app:', 'file:', 'tauri:', 'vscode-webview:', 'vscode-file:', 'chrome-extension:', 'moz-extension:', 'safari-extension:'];

/** Whether a page of this origin may ask. No origin is none of a page. */
export function isAllowedOrigin(headers: IncomingHttpHeaders, more: readonly string[]): boolean {
  const { origin } = headers;
  if (origin === undefined || origin === '' || more.includes('*') || more.includes(origin)) return true;
  if (origin === `http://${headers.host ?? ''}` || origin === `https://${headers.host ?? ''}`) return true;
  if (schemes.some((scheme) => origin.startsWith(`${scheme}//`))) return true;
  return /^https?:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0)(?::\d+)?$/u.test(origin);
}
