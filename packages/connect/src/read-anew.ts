import type { EventEmitter } from 'node:events';
import { ServerResponse } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

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
export function readAnew(req: IncomingMessage, stream: Duplex, head: Buffer): boolean {
  const socket: AcceptedSocket = req.socket;
  const { server } = socket;
  if (server === undefined) return false;
  if (req.complete) {
    // Node 26 has taken the body for the request's; before that it was left with what follows the head, as it came.
    const body: unknown = req.read();
    const bytes = body instanceof Uint8Array ? body : new Uint8Array();
    socket.unshift(Buffer.concat([Buffer.from(headOf(req, bytes.length), 'latin1'), bytes, head]));
    // Under TLS the connection that a request is read from is the deciphered one.
    server.emit('encrypted' in socket ? 'secureConnection' : 'connection', socket);
  } else {
    serveLast(server, req, stream);
  }
  return true;
}

/**
 * Since Node 26 a request may be on its way still: its body is read as any other's, and the bytes after it would be the other protocol's. So it is served where it is,
 * as the last one of its connection.
 */
function serveLast(server: EventEmitter, req: IncomingMessage, stream: Duplex): void {
  const { socket } = req;
  for (const name of ofTheOffer) delete req.headers[name];
  req.headers.connection = withoutOffer(req.headers.connection ?? '');
  // What breaks the connection closes the response as well, which is watched.
  stream.on('error', () => {});
  const res = new ServerResponse(req);
  res.shouldKeepAlive = false;
  res.assignSocket(socket);
  // Once it has read the body, the server tells it no more.
  socket.on('drain', () => res.emit('drain'));
  res.once('finish', () => {
    res.detachSocket(socket);
    socket.destroySoon();
  });
  server.emit('request', req, res);
}

const ofTheOffer: ReadonlySet<string> = new Set(['upgrade', 'http2-settings']);

const ofFraming: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding', 'trailer']);

/** @param length how long the body is that follows in place of what came; 0 where that follows by itself. */
function headOf({ method = 'GET', url = '/', httpVersion, rawHeaders }: IncomingMessage, length: number): string {
  let text = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    const value = rawHeaders[index + 1] ?? '';
    const lower = name.toLowerCase();
    if (ofTheOffer.has(lower) || (length > 0 && ofFraming.has(lower))) continue;
    const kept = lower === 'connection' ? withoutOffer(value) : value;
    if (lower !== 'connection' || kept !== '') text += `${name}: ${kept}\r\n`;
  }
  return length > 0 ? `${text}content-length: ${length}\r\n\r\n` : `${text}\r\n`;
}

const withoutOffer = (connection: string): string =>
  connection
    .split(',')
    .map((option) => option.trim())
    .filter((option) => option !== '' && !ofTheOffer.has(option.toLowerCase()))
    .join(', ');
