import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createKey, hashKey, keys } from '@ai-proxy/auth';
import { memoryKeyStore } from '@ai-proxy/core';
import type { KeyStore, Log, Policy, ProxyOptions, Stage } from '@ai-proxy/core';
import { mistral, openaiCompatible } from '@ai-proxy/mistral';
import { ollama, ollamaFace } from '@ai-proxy/ollama';
import { madeUpChange, madeUpKey } from '@ai-proxy/testing';
import { nativeRoutes, ollamaFaceRoutes, openaiFaceRoutes, opened } from './house-routes.ts';
import type { HouseRoute } from './house-routes.ts';

/** What happened, in its order: calls that came to a stage, and requests that came to the upstream. */
export type Event = Stage | 'arrived' | 'upstream' | 'store';

/** The whole house behind keys, with somebody who writes down what happens where. */
export interface GuardedHouse {
  readonly options: ProxyOptions;
  readonly routes: readonly HouseRoute[];
  readonly credentials: { readonly good: string; readonly blocked: string; readonly unknown: string; readonly malformed: string };
  readonly providerKey: string;
  /** What has happened since this was last asked. */
  take(): readonly Event[];
  close(): Promise<void>;
}

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
const providerKey = 'secret-of-the-operator';

/** Starts an upstream for every provider of the house, and makes the options of a proxy in front of it. */
export async function openHouse(): Promise<GuardedHouse> {
  let events: Event[] = [];
  const note = (event: Event): void => void events.push(event);
  const upstream = createServer({ keepAliveTimeout: 60_000 }, (req, res) => {
    note('upstream');
    req.resume().once('end', () => res.writeHead(200, { 'content-type': 'application/json' }).end('{"data":[],"models":[]}'));
  });
  upstream.on('upgrade', (_req, socket) => {
    note('upstream');
    socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const baseURL = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;

  const providers = [
    mistral({ apiKey: providerKey, baseURL }),
    ollama({ baseURL }),
    openaiCompatible({ name: 'gguf', baseURL, apiKey: providerKey }),
  ].map(opened);
  const face = ollamaFace();
  const { store, credentials } = await keptKeys(note);
  const watch = (name: Event, stage: Stage): Policy => ({
    name: `watch ${name}`,
    stage,
    handle: (_call, next) => {
      note(name);
      return next();
    },
  });

  return {
    options: {
      providers,
      faces: [face],
      policies: [
        watch('arrived', 'identify'),
        keys({ store, stateful: 'all', log: silent }),
        watch('identify', 'identify'),
        watch('admit', 'admit'),
      ],
      retry: false,
      breaker: false,
      log: silent,
    },
    routes: [...openaiFaceRoutes, ...ollamaFaceRoutes(face), ...providers.flatMap(nativeRoutes)],
    credentials,
    providerKey,
    take() {
      const taken = events;
      events = [];
      return taken;
    },
    async close() {
      upstream.closeAllConnections();
      await new Promise((resolve) => upstream.close(resolve));
    },
  };
}

async function keptKeys(note: (event: Event) => void): Promise<{ store: KeyStore; credentials: GuardedHouse['credentials'] }> {
  const store = memoryKeyStore();
  const [good, blocked] = [createKey(), createKey()];
  await store.put(madeUpKey(1, { hash: await hashKey(good) }), madeUpChange(1, 'key_0001'));
  await store.put(madeUpKey(2, { hash: await hashKey(blocked), blocked: true }), madeUpChange(2, 'key_0002'));
  const watched: KeyStore = {
    ...store,
    findByHash: async (hash) => {
      note('store');
      return store.findByHash(hash);
    },
  };
  return { store: watched, credentials: { good, blocked, unknown: createKey(), malformed: `${good.slice(0, -1)}~` } };
}
