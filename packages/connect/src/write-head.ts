import type { ServerResponse } from 'node:http';

// Node frames what it sends; a copied framing or connection header would be about another connection.
const ofOneConnection = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade']);

// What the application says here stays true beside what we say.
const joined = new Set(['vary', 'set-cookie']);

/** Sets status and headers. Those that the application has set before stay, except where one of ours has the same name; some are joined. */
export function writeHead(res: ServerResponse, status: number, headers: Readonly<Record<string, string | string[]>>): void {
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || ofOneConnection.has(name.toLowerCase())) continue;
    if (joined.has(name.toLowerCase())) res.appendHeader(name, value);
    else res.setHeader(name, value);
  }
  res.statusCode = status;
  // Koa names the reason of each status that something sets; a stale one would go out with ours. HTTP/2 has none and warns of it.
  if (!('stream' in res)) res.statusMessage = '';
}

/** Whether an answer of this status to this method has a body at all. */
export function hasBody(method: string | undefined, status: number): boolean {
  return method !== 'HEAD' && status !== 204 && status !== 304;
}
