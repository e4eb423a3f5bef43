import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BindingUnderTest } from '../../src/index.ts';

const deaf = (name: string, listener: RequestListener): BindingUnderTest => ({
  name,
  async start() {
    const server = createServer(listener);
    server.on('upgrade', (_req, socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return {
      url: `${origin}/ai`,
      secondUrl: `${origin}/second`,
      async close() {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  },
});

/** Servers that answer and ask no proxy: a behaviour that one of them keeps would say nothing. */
export const deafBindings: readonly BindingUnderTest[] = [
  deaf('answers 200 to everything', (_req, res) => res.setHeader('content-type', 'application/json').end('{}')),
  deaf('answers 404 to everything', (_req, res) => res.writeHead(404).end()),
];
