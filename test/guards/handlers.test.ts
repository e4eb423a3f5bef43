import { globSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createKey, hashKey, keyAdmin } from '@ai-proxy/auth';
import { mount } from '@ai-proxy/connect';
import { memoryCounter, memoryKeyStore, memoryLedger } from '@ai-proxy/core';
import type { Handler, KeyStore } from '@ai-proxy/core';
import { mount as mountOnExpress } from '@ai-proxy/express';
import { mount as mountOnKoa } from '@ai-proxy/koa';
import { accounts, feedback } from '@ai-proxy/logger/reading';
import { metrics } from '@ai-proxy/logger/prometheus';
import { mount as mountOnNext } from '@ai-proxy/next';
import { madeUpChange, madeUpKey } from '@ai-proxy/testing';
import type { BoundServer } from '@ai-proxy/testing';
import express from 'express';
import Koa from 'koa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAsker } from './ask-server.ts';
import { methods } from './house-routes.ts';

const root = new URL('../../', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, root), 'utf8');
const sources = globSync('packages/*/src/**/*.ts', { cwd: root, exclude: (name) => name.includes('node_modules') }).toSorted();

/** Everything of the house that answers HTTP, and what stands in front of it. */
const handlers: Readonly<Record<string, string>> = {
  'packages/auth/src/admin/key-admin.ts keyAdmin': 'the master key, or a key that may manage keys; /me/usage any key',
  'packages/core/src/admin/behind-master-key.ts behindMasterKey': 'is the guard itself',
  'packages/core/src/proxy/handle-request.ts createRequestHandler': 'the stages of a call',
  'packages/logger/src/reading/accounts.ts accounts': 'the master key',
  'packages/logger/src/reading/feedback.ts feedback': 'nobody: the id of a call cannot be guessed, and nothing is told',
  'packages/auth/src/admin/behind-key.ts behindKey': 'is a guard itself: any key, or the master key',
  'packages/server/src/health.ts health': 'nobody: it says that the process is alive',
  'packages/server/src/readiness.ts readiness': 'nobody: it says what does not answer, by names of the house',
  'packages/server/src/refuse-strangers.ts refuseStrangers': 'is a guard itself',
};

/** Faces of callers, whose routes are enumerated beside this. */
const faces = ['packages/core/src/faces/openai/openai-face.ts openaiFace', 'packages/ollama/src/face/ollama-face.ts ollamaFace'];

const providers = [
  'packages/mistral/src/mistral.ts mistral',
  'packages/mistral/src/openai-compatible/openai-compatible.ts openaiCompatible',
  'packages/ollama/src/ollama.ts ollama',
  'packages/testing/src/binding/upstream/contract-provider.ts contractProvider',
];

/** The exported functions and values of a type, by the sources. */
const exportsOf = (type: string): readonly string[] =>
  sources.flatMap((file) =>
    [...read(file).matchAll(/^export (?:(?:async )?function (\w+)([\s\S]*?) \{\n|const (\w+)([^=\n]*) = )/gm)]
      .filter(([, , returned, , typed]) => new RegExp(`: ${type}(?: & .+)?$`).test(returned ?? typed ?? ''))
      .map(([, aFunction, , aConstant]) => `${file} ${aFunction ?? aConstant}`),
  );

describe('what answers HTTP', () => {
  it.each([
    ['Handler', Object.keys(handlers)],
    ['CallerFace', faces],
    ['Provider', providers],
  ] as const)('is enumerated here, every %s: who adds one says what guards it', (type, known) => {
    expect(exportsOf(type)).toEqual(known.toSorted());
  });

  it('asks in no place for another kind of route than those that are enumerated', () => {
    const kinds = /export type FaceRoute =([\s\S]*?)\n\n/.exec(read('packages/core/src/faces/face.ts'))?.[1] ?? '';
    expect([...kinds.matchAll(/kind: '(\w+)'/g)].map(([, kind]) => kind)).toEqual([
      'operation',
      'models',
      'model',
      'static',
      'method_not_allowed',
      'unknown',
    ]);
  });
});

const masterKey = 'the-master-key-of-this-house';

interface Administration {
  readonly store: KeyStore;
  readonly asked: () => number;
  readonly handler: Handler;
  readonly credentials: Readonly<Record<string, string | undefined>>;
}

/** What the operator mounts, in one handler: each passes on what is not its own. */
async function openAdministration(): Promise<Administration> {
  const kept = memoryKeyStore();
  const [ordinary, blocked, expired] = [createKey(), createKey(), createKey()];
  const held: readonly (readonly [string, object])[] = [
    [ordinary, {}],
    [blocked, { blocked: true, managesKeys: true }],
    [expired, { expiresAt: 1, managesKeys: true }],
  ];
  for (const [number, [key, differences]] of held.entries())
    // oxlint-disable-next-line no-await-in-loop -- three
    await kept.put(madeUpKey(number, { hash: await hashKey(key), ...differences }), madeUpChange(number, 'key'));
  let asked = 0;
  const count =
    <Values extends unknown[], Answer>(ask: (...values: Values) => Promise<Answer>) =>
    (...values: Values): Promise<Answer> => {
      asked += 1;
      return ask(...values);
    };
  // Changes and listings, not the look-up of who is asking.
  const store: KeyStore = {
    ...kept,
    put: count(kept.put),
    update: count(kept.update),
    delete: count(kept.delete),
    list: count(kept.list),
    audit: count(kept.audit),
  };
  const ledger = memoryLedger();
  const all = [keyAdmin({ store, counter: memoryCounter(), ledger, masterKey }), accounts({ ledger, masterKey })];
  return {
    store,
    asked: () => asked,
    handler: async (request) => {
      for (const one of all) {
        // oxlint-disable-next-line no-await-in-loop -- each says whether it is for it
        const reply = await one(request);
        if (reply) return reply;
      }
      return undefined;
    },
    credentials: {
      none: undefined,
      malformed: 'x',
      unknown: createKey(),
      'almost the master key': masterKey.slice(0, -1),
      'the master key and more': `${masterKey}x`,
      ordinary,
      blocked,
      expired,
    },
  };
}

/** Every word of the sources of the handlers, as paths of one to three segments: what is added there is tried here. */
const words = [
  ...new Set(
    ['packages/auth/src/admin/key-admin.ts', 'packages/auth/src/admin/key-routes.ts', 'packages/logger/src/reading/accounts.ts'].flatMap(
      (file) => [...read(file).matchAll(/\b[a-z]{2,20}\b/g)].map(([word]) => word),
    ),
  ),
];
const paths = ['/', ...words.flatMap((word) => [`/${word}`, `/key/${word}`, `/key/key_0001/${word}`, `/me/${word}`, `/${word}/key_0001`])];

const knownPaths = [
  '/calls',
  '/calls/key_0001',
  '/key/audit',
  '/key/block',
  '/key/delete',
  '/key/generate',
  '/key/info',
  '/key/key_0001/regenerate',
  '/key/list',
  '/key/regenerate',
  '/key/unblock',
  '/key/update',
  '/me/usage',
  '/spend',
];

type Mounting = (handler: Handler) => Promise<BoundServer>;

const listen = async (listener: (req: IncomingMessage, res: ServerResponse) => unknown): Promise<BoundServer> => {
  const server = createServer((req, res) => void listener(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/admin`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const mountings: Readonly<Record<string, Mounting>> = {
  'node:http': (handler) => listen(mount(handler, { prefix: '/admin' })),
  Express: (handler) => listen(express().use('/admin', mountOnExpress(handler))),
  Koa: (handler) => listen(new Koa().use(mountOnKoa(handler, { prefix: '/admin' })).callback()),
  'Next.js': async (handler) => {
    const routes = mountOnNext(handler, { prefix: '/admin' });
    return {
      url: 'http://next.example/admin',
      fetch: async (request) => {
        const route = Object.hasOwn(routes, request.method) ? routes[request.method as keyof typeof routes] : undefined;
        return route ? route(request) : new Response(null, { status: 405 });
      },
      close: async () => {},
    };
  },
};

describe.each(Object.entries(mountings))('administration on %s', (name, open) => {
  it(
    'lets nobody in who is not its operator, with any method, at any path that can be made of its words',
    { timeout: 60_000 },
    async () => {
      const { handler, credentials, asked } = await openAdministration();
      const server = await open(handler);
      const asker = createAsker(server);
      onTestFinished(async () => {
        await asker.close();
        await server.close();
      });
      const ask = async (method: (typeof methods)[number], path: string, key: string | undefined): Promise<number> =>
        (await asker.ask(method, path, key === undefined ? {} : { authorization: `Bearer ${key}` })).status;

      const found: string[] = [];
      for (const path of paths) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        const statuses = [await ask('GET', path, undefined), await ask('POST', path, undefined)];
        if (statuses.some((status) => status !== 404)) found.push(path);
      }
      expect([...new Set(found)].toSorted()).toEqual(knownPaths);

      let count = paths.length * 2;
      const wrong: unknown[] = [];
      for (const path of knownPaths) {
        for (const method of methods) {
          for (const [which, key] of Object.entries(credentials)) {
            count += 1;
            // oxlint-disable-next-line no-await-in-loop -- one after the other
            const status = await ask(method, path, key);
            const isOrdinary = which === 'ordinary';
            const isOfHolders = path === '/me/usage';
            const isReading = path === '/spend' || path.startsWith('/calls');
            const right = isOfHolders
              ? isOrdinary && method === 'GET'
                ? [200]
                : [401, 405]
              : isReading
                ? [401, 405]
                : isOrdinary
                  ? [403, 405]
                  : name === 'Next.js'
                    ? [401, 405]
                    : [401];
            if (!right.includes(status)) wrong.push([method, path, which, status]);
          }
        }
      }
      process.stdout.write(`guards: administration on ${name}: ${count} combinations of path, method and credential\n`);
      expect(wrong).toEqual([]);
      expect(asked()).toBe(0);
      // And it is one in which the operator can do something.
      expect(await ask('GET', '/key/list', masterKey)).toBe(200);
      expect(await ask('POST', '/key/generate', masterKey)).toBe(400);
      expect(asked()).toBe(1);
    },
  );
});

describe('handlers without a key', () => {
  it('tell nothing of keys, callers or texts, and change nothing but what an id of a call opens', async () => {
    const request = (method: string, target: string): Parameters<Handler>[0] => ({
      method,
      target,
      headers: {},
      body: { kind: 'none' },
      signal: new AbortController().signal,
    });
    const page = metrics();
    for (const method of methods) {
      // oxlint-disable-next-line no-await-in-loop -- eight
      expect((await page.handler(request(method, '/metrics')))?.status).toBe(method === 'GET' || method === 'HEAD' ? 200 : 405);
    }
    expect(JSON.stringify(await page.handler(request('GET', '/metrics')))).not.toMatch(/key_|caller|sk-/);
    const judge = feedback({ ledger: memoryLedger() });
    for (const method of methods.filter((one) => one !== 'POST')) {
      // oxlint-disable-next-line no-await-in-loop -- seven
      expect((await judge(request(method, '/v1/feedback')))?.status).toBe(405);
    }
  });
});
