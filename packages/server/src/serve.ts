import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { aiProxy, facesFromEnvironment, mount, providersFromEnvironment } from '@ai-proxy/connect';
import type { AiProxy } from '@ai-proxy/connect';
import { createProxy } from '@ai-proxy/core';
import type { Provider } from '@ai-proxy/core';
import connect from 'connect';
import { createAccounting } from './accounting.ts';
import type { Accounting } from './accounting.ts';
import { demoHeader, startDemo } from './demo.ts';
import { health } from './health.ts';
import { readiness } from './readiness.ts';
import { refuseStrangers } from './refuse-strangers.ts';
import { isLoopback, SettingsError } from './server-settings.ts';
import type { ServerSettings } from './server-settings.ts';
import { openStores } from './stores.ts';

/** A server that listens. */
export interface RunningServer {
  readonly url: string;
  readonly providers: readonly Provider[];
  readonly isDemo: boolean;
  /** Whether callers need keys. */
  readonly asksForKeys: boolean;
  /** Where the ledger and the keys are; nothing where there are none. */
  readonly stores: string | undefined;
  /** What the operator should know. */
  readonly warnings: readonly string[];
  /** Takes no more calls, lets those under way finish for up to `grace` milliseconds, and stops. */
  close(grace?: number): Promise<void>;
}

/** Load balancers keep connections for a minute: one that we close first breaks the request that is on its way. */
const keepAliveTimeout = 65_000;

/** Starts the command's server: the proxy at the root, health, and with a master key the administration of keys. */
export async function serve(settings: ServerSettings): Promise<RunningServer> {
  const { masterKey, database } = settings;
  const real = providersFromEnvironment();
  if (real.length === 0 && !settings.demo) {
    throw new SettingsError(
      'no provider is configured. Set MISTRAL_API_KEY or OLLAMA_HOST, or start with --demo to try it with simulated models.',
    );
  }
  const stores = database === undefined ? undefined : await openStores(database, settings);
  const demo = real.length === 0 ? await startDemo() : undefined;
  const providers = demo?.providers ?? real;

  async function letGo(): Promise<void> {
    await stores?.close();
    await demo?.close();
  }

  const accounting = createAccounting(stores, masterKey);
  const middleware = aiProxy(createProxy({ providers, faces: facesFromEnvironment(), cors: settings.cors, ...accounting.options }));
  const ready = readiness([{ name: 'providers', ask: async () => middleware.proxy.ready() }, ...(stores?.needs ?? [])]);
  const server = createServer({ keepAliveTimeout }, createApplication(settings, middleware, ready, accounting, demo !== undefined));
  server.on('upgrade', (req, socket, head) => {
    // WebSockets of pages are not held back by any preflight: where no key is asked for, there are none.
    if (masterKey !== undefined || req.headers.origin === undefined) middleware.upgrade(req, socket, head);
    else socket.destroy();
  });
  try {
    await listen(server, settings);
  } catch (error) {
    // What is still open would keep the process alive.
    await letGo();
    throw error;
  }
  // Takes over what a server that died has left in the journal; not waited for, because the ledger may be away.
  void accounting.sink?.ready();
  const close = async (grace = 30_000): Promise<void> => {
    ready.stop();
    await drain(server, middleware, grace);
    await letGo();
  };
  stopOnSignals(close);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${settings.host.includes(':') ? `[${settings.host}]` : settings.host}:${port}`,
    providers,
    isDemo: demo !== undefined,
    asksForKeys: masterKey !== undefined,
    stores: stores?.place,
    warnings: [...(stores?.warnings ?? []), ...(isWeak(settings) ? [weakness] : [])],
    close,
  };
}

function createApplication(
  { cors, hosts, masterKey }: ServerSettings,
  middleware: AiProxy,
  ready: ReturnType<typeof readiness>,
  accounting: Accounting,
  isDemo: boolean,
): connect.Server {
  const app = connect();
  if (isDemo) {
    app.use((_req, res, next) => {
      res.setHeader(demoHeader, 'true');
      next();
    });
  }
  // No page has a key that a browser would send by itself.
  if (masterKey === undefined) app.use(mount(refuseStrangers(cors, hosts)));
  app.use(mount(health));
  app.use(mount(ready));
  app.use('/metrics', mount(accounting.metrics));
  for (const handler of accounting.handlers) app.use(mount(handler));
  // Without a next one, the proxy answers unknown paths itself, in JSON.
  app.use((req, res) => middleware(req, res));
  return app;
}

/** What many can reach, many can guess at. */
const isWeak = ({ host, masterKey }: ServerSettings): boolean => masterKey !== undefined && masterKey.length < 20 && !isLoopback(host);

const weakness = 'the master key is short, and whoever guesses it may do everything: take 20 random characters or more';

function listen(server: Server, { host, port }: ServerSettings): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const code = 'code' in error ? error.code : undefined;
      if (code === 'EADDRINUSE') reject(new SettingsError(`port ${port} on ${host} is in use. Choose another with --port or PORT.`));
      else if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
        reject(new SettingsError(`"${host}" is no address of this machine. Choose another with --host or HOST.`));
      else if (code === 'EACCES')
        reject(new SettingsError(`port ${port} may not be used by this user. Choose another with --port or PORT.`));
      else reject(error);
    });
    server.listen(port, host, resolve);
  });
}

/** Ends what is under way in good order, and then every connection. */
async function drain(server: Server, { proxy }: AiProxy, grace: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  await proxy.close({ grace });
  // What the grace has not ended has been told so; a connection that still lingers has nobody reading.
  const lingering = setTimeout(() => server.closeAllConnections(), 1000);
  await closed;
  clearTimeout(lingering);
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
