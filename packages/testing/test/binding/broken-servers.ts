import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { createProxy } from '@ai-proxy/core';
import type { BindingUnderTest } from '../../src/index.ts';
import type { Broken } from './broken-fetch-bindings.ts';

/** Writes an answer of the proxy. */
type Writing = (response: Response, req: IncomingMessage, res: ServerResponse) => Promise<void>;

/** A plain bridge from Node's server to `fetch`, as it is written a thousand times. */
function bridge(name: string, write: Writing): BindingUnderTest {
  return {
    name,
    async start(options) {
      const proxy = createProxy(options);
      const server = createServer((req, res) => {
        const leaving = new AbortController();
        res.once('close', () => leaving.abort());
        const hasBody = req.headers['content-length'] !== undefined || req.headers['transfer-encoding'] !== undefined;
        const request = new Request(`http://proxy.example${req.url ?? '/'}`, {
          method: req.method ?? 'GET',
          headers: Object.entries(req.headers).map(([key, value]): [string, string] => [key, String(value)]),
          signal: leaving.signal,
          ...(hasBody ? { body: Readable.toWeb(req) as ReadableStream, duplex: 'half' } : {}),
        });
        proxy
          .fetch(request, { prefix: '/ai' })
          .then(
            (response) => write(response, req, res),
            () => res.destroy(),
          )
          .catch(() => res.destroy());
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ai`,
        async close() {
          server.closeAllConnections();
          await proxy.close({ grace: 0 });
          await new Promise((resolve) => server.close(resolve));
        },
      };
    },
  };
}

const writeHead = ({ status, headers }: Response, res: ServerResponse): void => void res.writeHead(status, Object.fromEntries(headers));

async function writeBody({ body }: Response, res: ServerResponse): Promise<void> {
  for await (const piece of body ?? []) res.write(piece);
  res.end();
}

/** The mistakes that show on the wire alone. */
export const brokenServers: readonly Broken[] = [
  [
    bridge('does not say how long answers are', async (response, _req, res) => {
      writeHead(response, res);
      res.flushHeaders();
      await writeBody(response, res);
    }),
    ['has its length in bytes'],
  ],
  [
    bridge('closes the connection behind each answer', async (response, _req, res) => {
      res.shouldKeepAlive = false;
      writeHead(response, res);
      await writeBody(response, res);
    }),
    ['a connection serves one request after the other', 'requests that come at once'],
  ],
  [
    bridge('keeps the connection whatever the caller wants', async (response, _req, res) => {
      res.setHeader('connection', 'keep-alive');
      writeHead(response, res);
      await writeBody(response, res);
    }),
    ['a connection that the caller wants closed'],
  ],
  [
    bridge('ends what broke', async (response, _req, res) => {
      writeHead(response, res);
      await writeBody(response, res).catch(() => res.end());
    }),
    ['a stream that breaks ends in a reset', 'a stream that ends cleanly without the mark', 'breaks before its chunks'],
  ],
  [
    bridge('closes what broke, without a reset', async (response, _req, res) => {
      writeHead(response, res);
      await writeBody(response, res).catch(() => res.socket?.end());
    }),
    ['a stream that breaks ends in a reset'],
  ],
  [
    bridge('closes the connection on bodies that are too large', async (response, req, res) => {
      if (response.status === 413) req.socket.destroy();
      writeHead(response, res);
      await writeBody(response, res);
    }),
    ['too large by its length', 'too large by its chunks', 'refused before his upload is over'],
  ],
  [
    bridge('waits for nobody who reads slowly', async (response, _req, res) => {
      writeHead(response, res);
      await writeBody(response, res);
    }),
    ['a caller who does not read'],
  ],
  [
    bridge('knows no application', async (response, _req, res) => {
      writeHead(response, res);
      await writeBody(response, res);
    }),
    ['goes on to the application', 'headers that the application has set', 'routes of the application', 'errors of the application'],
  ],
];
