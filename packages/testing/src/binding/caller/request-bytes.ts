import type { CallerRequest } from './open-call.ts';

/** The method of a request, with its default. */
export const methodOf = ({ method, body }: CallerRequest): string => method ?? (body === undefined ? 'GET' : 'POST');

/** The headers of a request, with their defaults. */
export function headersOf({ headers, body }: CallerRequest): Record<string, string> {
  return { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers };
}

/** The path of a request with that of its mount; the root adds none. */
export const targetOf = ({ pathname }: URL, { path }: CallerRequest): string => `${pathname === '/' ? '' : pathname}${path}`;

/** The head of a request as it goes over the wire, with the length of its body unless a framing is named. */
export function headBytes(mount: URL, request: CallerRequest): string {
  const headers: Record<string, string> = { host: mount.host, ...headersOf(request) };
  if (request.body !== undefined && headers['transfer-encoding'] === undefined)
    headers['content-length'] ??= String(Buffer.byteLength(request.body));
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${methodOf(request)} ${targetOf(mount, request)} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** A whole request as it goes over the wire. */
export function requestBytes(mount: URL, request: CallerRequest): Uint8Array {
  return Buffer.concat([Buffer.from(headBytes(mount, request), 'latin1'), Buffer.from(request.body ?? '')]);
}
