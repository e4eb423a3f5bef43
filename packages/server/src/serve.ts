import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { aiProxy, facesFromEnvironment, mount, providersFromEnvironment } from '@ai-proxy/connect';
import { createProxy } from '@ai-proxy/core';
import type { Provider, Proxy } from '@ai-proxy/core';
import connect from 'connect';
import { openAccounting } from './accounting.ts';
import type { Accounting } from './accounting.ts';
import { demoHeader, startDemo } from './demo.ts';
import type { Demo } from './demo.ts';
import { health } from './health.ts';
import { refuseStrangers } from './refuse-strangers.ts';
import { SettingsError } from './server-settings.ts';
import type { ServerSettings } from './server-settings.ts';

/** A server that listens. */
export interface RunningServer {
  readonly url: string;
  readonly providers: readonly Provider[];
  readonly isDemo: boolean;
  /** Where the ledger is; nothing where there is none. */
  readonly ledger: string | undefined;
  /** Takes no more calls, lets those under way finish for up to `grace` milliseconds, and stops. */
  close(grace?: number): Promise<void>;
}

/** Load balancers keep connections for a minute: one that we close first breaks the request that is on its way. */
const keepAliveTimeout = 65_000;

/** Starts the command's server: health, and the proxy at the root. */
export async function serve(settings: ServerSettings): Promise<RunningServer> {
  const real = providersFromEnvironment();
  const demo = real.length === 0 && settings.demo ? await startDemo() : undefined;
  const providers = demo?.providers ?? real;
  if (providers.length === 0) {
    throw new SettingsError(
      'no provider is configured. Set MISTRAL_API_KEY or OLLAMA_HOST, or start with --demo to try it with simulated models.',
    );
  }
  const accounting = openAccounting(settings);
  const proxy = createProxy({ providers, faces: facesFromEnvironment(), cors: settings.cors, ...accounting.options });

  const app = connect();
  if (demo) {
    app.use((_req, res, next) => {
      res.setHeader(demoHeader, 'true');
      next();
    });
  }
  const middleware = aiProxy(proxy);
  app.use(mount(refuseStrangers(settings.cors, settings.hosts)));
  app.use(mount(health));
  app.use('/metrics', mount(accounting.metrics));
  for (const handler of accounting.handlers) app.use(mount(handler));
  // Without a next one, the proxy answers unknown paths itself, in JSON.
  app.use((req, res) => middleware(req, res));

  const server = createServer({ keepAliveTimeout }, app);
  server.on('upgrade', (req, socket, head) => {
    // WebSockets of pages are not held back by any preflight.
    if (req.headers.origin === undefined) middleware.upgrade(req, socket, head);
    else socket.destroy();
  });
  try {
    await listen(server, settings);
  } catch (error) {
    // A simulator that still listens would keep the process alive.
    await demo?.close();
    throw error;
  }
  accounting.begin();
  const close = closing(server, proxy, accounting, demo);
  stopOnSignals(close);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${settings.host.includes(':') ? `[${settings.host}]` : settings.host}:${port}`,
    providers,
    isDemo: demo !== undefined,
    ledger: accounting.ledger,
    close,
  };
}

function listen(server: Server, { host, port }: ServerSettings): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const inUse = 'code' in error && error.code === 'EADDRINUSE';
      reject(inUse ? new SettingsError(`port ${port} on ${host} is in use. Choose another with --port or PORT.`) : error);
    });
    server.listen(port, host, resolve);
  });
}

function closing(server: Server, proxy: Proxy, accounting: Accounting, demo: Demo | undefined): (grace?: number) => Promise<void> {
  return async (grace = 30_000) => {
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    server.closeIdleConnections();
    await proxy.close({ grace });
    // What the grace has not ended has been told so; a connection that still lingers has nobody reading.
    const lingering = setTimeout(() => server.closeAllConnections(), 1000);
    await closed;
    clearTimeout(lingering);
    await accounting.close();
    await demo?.close();
  };
}

/** The first signal ends what is under way in good order; a second one does not wait. */
function stopOnSignals(close: () => Promise<void>): void {
  let isStopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (isStopping) process.exit(1);
      isStopping = true;
      void close().then(() => process.exit(0));
    });
  }
}
