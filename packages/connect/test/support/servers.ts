import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server as TcpServer, Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A server that listens on a free port and is gone when the test is over. */
export interface Listening {
  readonly url: string;
  readonly port: number;
  readonly server: Server | TcpServer;
  /** Every connection it has accepted. */
  readonly sockets: readonly Socket[];
}

export async function listen(server: Server | TcpServer): Promise<Listening> {
  const sockets: Socket[] = [];
  server.on('connection', (socket: Socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, server, sockets };
}

export function serve(listener: RequestListener): Promise<Listening> {
  return listen(createServer(listener));
}

/** An upstream that speaks bytes: a script gets each connection together with the head of its first request. */
export function serveRaw(script: (socket: Socket, head: string) => void): Promise<Listening> {
  return listen(
    createTcpServer((socket) => {
      let head = '';
      const take = (chunk: Buffer): void => {
        head += chunk.toString('latin1');
        if (!head.includes('\r\n\r\n')) return;
        socket.off('data', take);
        script(socket, head);
        socket.resume();
      };
      socket.on('data', take);
    }),
  );
}
