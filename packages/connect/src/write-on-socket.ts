import { STATUS_CODES, validateHeaderName, validateHeaderValue } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpReply } from '@ai-proxy/core';

/** Writes a whole answer on a socket that no response object owns, and closes it. */
export function writeOnSocket(socket: Socket, reply: HttpReply): void {
  if (socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const body = typeof reply.body === 'string' || reply.body instanceof Uint8Array ? Buffer.from(reply.body) : Buffer.alloc(0);
  let head = `HTTP/1.1 ${reply.status} ${STATUS_CODES[reply.status] ?? ''}\r\n`;
  const headers: Record<string, string | string[]> = { ...reply.headers, 'content-length': String(body.byteLength), connection: 'close' };
  for (const [name, value] of Object.entries(headers)) {
    for (const entry of typeof value === 'string' ? [value] : value) {
      validateHeaderName(name);
      validateHeaderValue(name, entry);
      head += `${name}: ${entry}\r\n`;
    }
  }
  socket.write(`${head}\r\n`, 'latin1');
  socket.end(body);
  // A caller who never closes its half would keep the socket.
  socket.resume();
  socket.once('finish', () => socket.destroySoon());
}
