import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { BindingBehindParser, BindingUnderTest } from '@ai-proxy/testing';
import { buildApp, contractApp } from './build-app.ts';
import type { Served } from './contract-app/served.ts';

/** What is used of Next.js here. Its own types change those of Node for every file that is checked together with them. */
interface NextApp {
  prepare(): Promise<void>;
  getRequestHandler(): RequestListener;
}
const createNext = createRequire(import.meta.url)('next') as (options: { dev: boolean; dir: string }) => NextApp;

await buildApp(contractApp);
let listener: Promise<RequestListener> | undefined;

/** Next.js as `next start` serves it, in this process: what is to be served cannot be sent to another one. */
async function prepare(): Promise<RequestListener> {
  const app = createNext({ dev: false, dir: contractApp });
  await app.prepare();
  return app.getRequestHandler();
}

/** Serves a proxy at a mount of the built application. */
export const startNext =
  (mount: string, second?: string): BindingUnderTest['start'] =>
  async (options, { askCaller }) => {
    const served: Served = { options, askCaller };
    globalThis.servedByContractApp = served;
    const server = createServer(await (listener ??= prepare()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return {
      url: origin + mount,
      ...(second === undefined ? {} : { secondUrl: origin + second }),
      async close() {
        const closed = new Promise((resolve) => server.close(resolve));
        server.closeAllConnections();
        await served.proxy?.close({ grace: 0 });
        await closed;
      },
    };
  };

const redirects = 'Next.js answers paths that it would write in another way with a redirect';

const lacksOfNext: NonNullable<BindingUnderTest['lacks']> = {
  'raw-path': redirects,
  'absolute-form': redirects,
  'raw-query': 'Next.js reads a query and writes it anew',
  'application-errors': 'Next.js answers for errors in routes by itself',
};

const lacksOfRoutes: NonNullable<BindingUnderTest['lacks']> = {
  ...lacksOfNext,
  'content-length': 'Next.js takes the length off the answers of route handlers',
  'http-1.0': 'Next.js cuts an answer by closing the connection, which callers of HTTP/1.0 take for its end',
  websocket: 'route handlers have no upgrades',
};

/** Next.js, built: route handlers of the App Router and API routes of the Pages Router. */
export const nextBindings: readonly BindingUnderTest[] = [
  { name: 'Next.js, App Router', start: startNext('/ai', '/second'), lacks: lacksOfRoutes },
  {
    name: 'Next.js, Pages Router',
    start: startNext('/api/ai', '/api/second'),
    lacks: { ...lacksOfNext, websocket: 'API routes have no upgrades' },
  },
];

/** API routes of the Pages Router behind the parser that Next.js has by default. */
export const nextParsers: readonly BindingBehindParser[] = [
  {
    name: 'Next.js, Pages Router with its parser',
    start: startNext('/api/parsed', '/api/second'),
    keeps: { json: 'value', large: 'value', gzip: 'refused', latin1: 'value', form: 'value', multipart: 'text' },
    lacks: lacksOfNext,
  },
];
