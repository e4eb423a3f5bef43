import type { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** A socket that a server has accepted. */
interface AcceptedSocket extends Socket {
  readonly server?: EventEmitter;
}

/** Whether a request asks for a WebSocket, and not for another protocol. */
export function asksForWebSocket(req: IncomingMessage): boolean {
  return /(?:^|,)\s*websocket\s*(?:,|$)/i.test(req.headers.upgrade ?? '');
}

/**
 * Gives a request that offers another protocol back to the server it came from, without the offer. Java's own client offers HTTP/2 on every new connection; RFC 9110
 * section 7.8 lets a server go on in the protocol that it speaks, and Node does so by itself as long as nobody listens for upgrades. Once somebody does, it
 * has let go of the connection, and the request can only be put together again and read anew. False where the server is not known.
 */
export function readAnew(req: IncomingMessage, socket: AcceptedSocket, head: Buffer): boolean {
  const { server } = socket;
  if (server === undefined) return false;
  socket.unshift(Buffer.concat([Buffer.from(headOf(req), 'latin1'), head]));
  // Under TLS the connection that a request is read from is the deciphered one.
  server.emit('encrypted' in socket ? 'secureConnection' : 'connection', socket);
  return true;
}

const ofTheOffer: ReadonlySet<string> = new Set(['upgrade', 'http2-settings']);

function headOf({ method = 'GET', url = '/', httpVersion, rawHeaders }: IncomingMessage): string {
  let text = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    const value = rawHeaders[index + 1] ?? '';
    const lower = name.toLowerCase();
    if (ofTheOffer.has(lower)) continue;
    const kept = lower === 'connection' ? withoutOffer(value) : value;
    if (lower !== 'connection' || kept !== '') text += `${name}: ${kept}\r\n`;
  }
  return `${text}\r\n`;
}

const withoutOffer = (connection: string): string =>
  connection
    .split(',')
    .map((option) => option.trim())
    .filter((option) => option !== '' && !ofTheOffer.has(option.toLowerCase()))
    .join(', ');
