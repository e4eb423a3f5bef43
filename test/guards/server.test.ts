import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKey } from '@ai-proxy/auth';
import { ollamaFace } from '@ai-proxy/ollama';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { serve } from '../../packages/server/src/serve.ts';
import type { RunningServer } from '../../packages/server/src/serve.ts';
import { createAsker } from './ask-server.ts';
import type { Asker } from './ask-server.ts';
import { methods, nativeRoutes, ollamaFaceRoutes, openaiFaceRoutes } from './house-routes.ts';

const masterKey = 'the-master-key-of-this-server';

/** What the server answers to anybody, and with which methods. */
const openToAll: Readonly<Record<string, readonly string[]>> = {
  '/health': ['GET', 'HEAD'],
  '/ready': ['GET', 'HEAD'],
  '/': ['GET', 'HEAD'],
  '/api/version': ['GET', 'HEAD'],
  '/api/ps': ['GET', 'HEAD'],
};

/** Every word in the sources of the server and of what it mounts, as a path: what is added there is tried here. */
const words = new Set(
  globSync(['packages/server/src/*.ts', 'packages/auth/src/admin/*.ts', 'packages/logger/src/reading/*.ts'], {
    cwd: new URL('../../', import.meta.url),
  }).flatMap((file) =>
    [...readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8').matchAll(/\b[a-z]{2,20}\b/g)].map(([word]) => word),
  ),
);

describe('the command’s server with a master key', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'ai-proxy-guards-'));
  let server: RunningServer;
  let asker: Asker;
  beforeAll(async () => {
    for (const name of ['MISTRAL_API_KEY', 'OLLAMA_HOST', 'OLLAMA_API_KEY']) vi.stubEnv(name, undefined);
    vi.stubEnv('AI_PROXY_OLLAMA_FACE', '1');
    server = await serve({
      host: '127.0.0.1',
      port: 0,
      cors: false,
      hosts: [],
      demo: true,
      database: `sqlite:${join(folder, 'server.db')}`,
      journal: undefined,
      redis: undefined,
      masterKey,
    });
    asker = createAsker({ url: `${server.url}/`, close: async () => {} });
  });
  afterAll(async () => {
    await asker.close();
    await server.close(0);
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });

  const paths = (): readonly string[] => [
    ...new Set([
      ...[...openaiFaceRoutes, ...ollamaFaceRoutes(ollamaFace()), ...server.providers.flatMap(nativeRoutes)].map(({ path }) => path),
      ...[...words].flatMap((word) => [`/${word}`, `/key/${word}`, `/v1/${word}`, `/key/x/${word}`, `/${word}/x`, `/me/${word}`]),
    ]),
  ];

  it.each([
    ['no key', undefined],
    ['an unknown key', createKey()],
    ['something that is near the master key', `${masterKey}x`],
  ])('answers nothing but signs of life to somebody with %s', async (_what, key) => {
    const open: unknown[] = [];
    let guarded = 0;
    const all = paths();
    const left = all.values();
    const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
    await Promise.all(
      Array.from({ length: 16 }, async () => {
        for (const path of left) {
          for (const method of methods) {
            // oxlint-disable-next-line no-await-in-loop -- sixteen at once are enough
            const { status } = await asker.ask(method, path.slice(1), headers);
            if (status === 401) guarded += 1;
            else if (![400, 403, 404, 405].includes(status) && openToAll[path]?.includes(method) !== true)
              open.push([method, path, status]);
          }
        }
      }),
    );
    expect(open).toEqual([]);
    process.stdout.write(
      `guards: the command's server: ${all.length * methods.length} combinations, ${guarded} of them refused with 401\n`,
    );
    expect(guarded).toBeGreaterThan(300);
  });

  it.each([
    '/spend',
    '/calls',
    '/calls/x',
    '/metrics',
    '/key/list',
    '/key/audit',
    '/key/info?key=x',
    '/v1/models',
    '/mistral/v1/models',
    '/api/tags',
  ])('%s is shown to nobody without a key, and to the operator where it is his', async (path) => {
    expect((await asker.ask('GET', path.slice(1))).status).toBe(401);
    const isOperators = /^\/(?:spend|calls|metrics|key)/.test(path);
    const { status } = await asker.ask('GET', path.slice(1), { authorization: `Bearer ${masterKey}` });
    // The master key is no virtual key.
    expect([path, status === 401]).toEqual([path, !isOperators]);
  });

  it('lets the holder of a key call, read his own usage, and nothing of the operator', async () => {
    const origin = server.url;
    const answer = await fetch(`${origin}/key/generate`, {
      method: 'POST',
      headers: { authorization: `Bearer ${masterKey}`, 'content-type': 'application/json' },
      body: '{}',
    });
    const { key } = (await answer.json()) as { key: string };
    const headers = { authorization: `Bearer ${key}` };
    const statuses = await Promise.all(
      ['v1/models', 'me/usage', 'spend', 'calls', 'metrics', 'key/list', 'key/audit'].map(
        async (path) => (await asker.ask('GET', path, headers)).status,
      ),
    );
    expect(statuses).toEqual([200, 200, 401, 401, 401, 403, 403]);
  });
});
