import { connect, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as secure } from 'node:tls';
import type { buildConnector } from 'undici';
import type { Destination } from './judge-url.ts';

/** Opens a connection to one of the addresses, which have been judged, and to nothing else. */
export type Dial = (hostname: string, port: number, addresses: readonly string[]) => Socket;

/** Tries the addresses in their order, as browsers do: the next one when one does not answer at once. */
export const dial: Dial = (hostname, port, addresses) =>
  connect({
    host: hostname,
    port,
    autoSelectFamily: true,
    lookup: (_hostname, _options, give) =>
      give(
        null,
        addresses.map((address) => ({ address, family: isIP(address) })),
      ),
  });

/** Connects undici to a destination by its judged addresses. The connection is the caller's to end, also while it is being made: `opened` is told of it. */
export function createConnector(
  { hostname, port, url }: Destination,
  addresses: readonly string[],
  dialing: Dial,
  opened: (socket: Socket) => void,
): buildConnector.connector {
  return (_options, callback) => {
    const socket = dialing(hostname, port, addresses);
    opened(socket);
    const fail = (error: Error): void => callback(error, null);
    socket.once('error', fail);
    socket.once('connect', () => {
      if (url.protocol === 'http:') {
        socket.off('error', fail);
        callback(null, socket);
        return;
      }
      // A certificate for an address has no server name to ask for.
      const servername = isIP(hostname) === 0 ? { servername: hostname } : {};
      const secured = secure({ socket, host: hostname, ...servername, ALPNProtocols: ['http/1.1'] });
      secured.once('error', fail);
      secured.once('secureConnect', () => {
        secured.off('error', fail);
        callback(null, secured);
      });
    });
  };
}
