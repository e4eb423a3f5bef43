import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { aiProxy } from '@ai-proxy/connect';
import type { Proxy } from '@ai-proxy/core';
import { aiProxy as expressProxy } from '@ai-proxy/express';
import connect from 'connect';
import express from 'express';

/** A server with the proxy mounted at `/ai`. */
export interface MountedServer {
  /** Up to and including the mount. */
  readonly url: string;
  close(): Promise<void>;
}

/** The ways of mounting the proxy that every client has to work through. */
export const servers: readonly { readonly name: string; readonly start: (proxy: Proxy) => Promise<MountedServer> }[] = [
  { name: 'Express', start: (proxy) => listen(express().use('/ai', expressProxy(proxy))) },
  {
    name: 'Express behind express.json()',
    start: (proxy) =>
      listen(
        express()
          .use(express.json({ limit: '20mb' }))
          .use('/ai', expressProxy(proxy)),
      ),
  },
  { name: 'connect', start: (proxy) => listen(connect().use('/ai', aiProxy(proxy))) },
  { name: 'node:http', start: (proxy) => listen(aiProxy(proxy, { prefix: '/ai' })) },
];

async function listen(listener: RequestListener): Promise<MountedServer> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ai`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
