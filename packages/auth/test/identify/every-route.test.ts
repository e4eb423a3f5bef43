import { createProxy, memoryKeyStore } from '@ai-proxy/core';
import type { Provider, Proxy } from '@ai-proxy/core';
import { mistral } from '@ai-proxy/mistral';
import { ollama, ollamaFace } from '@ai-proxy/ollama';
import { describe, expect, it } from 'vitest';
import { sendJson, startUpstream } from '../../../core/test/fixtures/http-upstream.ts';
import { makeRequest } from '../../../core/test/fixtures/make-request.ts';
import { createKey, keys } from '../../src/index.ts';

const upstream = 'http://upstream.example';
const providers = [mistral({ apiKey: 'secret' }), ollama({ baseURL: upstream })];

/** Every route that a provider names, open or not, with text in the places of its names. */
const nativeRoutes = providers.flatMap(({ name, native }) =>
  (native?.routes ?? []).flatMap(({ methods, path }) =>
    methods.map((method) => [method, `/${name}${path.replaceAll(/:\w+/g, 'x').replace('*', 'x/y')}`] as const),
  ),
);

const faceRoutes = [
  ...['/chat/completions', '/completions', '/fim/completions', '/embeddings', '/moderations'].map((path) => ['POST', path] as const),
  ...['/models', '/models/mistral-small-latest', '/models/ollama%2Fllama'].map((path) => ['GET', path] as const),
].flatMap(([method, path]) => ['', '/v1', '/compat', '/compat/v1'].map((prefix) => [method, prefix + path] as const));

const ollamaRoutes = [
  ...['chat', 'generate', 'embed', 'embeddings', 'show'].map((path) => ['POST', `/api/${path}`] as const),
  ['GET', '/api/tags'] as const,
];

const body = { model: 'mistral/mistral-small-latest', messages: [{ role: 'user', content: 'x' }], prompt: 'x', input: 'x', suffix: 'y' };

const opened = (provider: Provider): Provider => ({
  ...provider,
  ...(provider.native ? { native: { ...provider.native, open: provider.native.routes.flatMap(({ closed }) => closed ?? []) } } : {}),
});

async function open(): Promise<{ proxy: Proxy; asked(): number; checked(): number }> {
  const server = await startUpstream((_request, response) => sendJson(response, 200, { data: [], models: [] }));
  const store = memoryKeyStore();
  let checked = 0;
  const proxy = createProxy({
    providers: [
      // Opened as far as they can be: what is shut is refused before anybody is asked for a key.
      opened(mistral({ apiKey: 'secret', baseURL: server.url })),
      opened(ollama({ baseURL: server.url })),
    ],
    faces: [ollamaFace()],
    policies: [
      keys({
        store: {
          ...store,
          findByHash: async (hash) => {
            checked += 1;
            return store.findByHash(hash);
          },
        },
      }),
    ],
  });
  return { proxy, asked: () => server.requests.length, checked: () => checked };
}

describe('every route', () => {
  it.each([
    ['of OpenAI’s face', faceRoutes, 30],
    ['of the Ollama face', ollamaRoutes, 6],
    ['of the providers', nativeRoutes, 100],
  ] as const)('%s asks for a key: by handle, by fetch, by upgrade', async (_whose, routes, least) => {
    const { proxy, asked, checked } = await open();
    expect(routes.length).toBeGreaterThanOrEqual(least);
    for (const [method, target] of routes) {
      const hasBody = method !== 'GET' && method !== 'HEAD' && method !== 'DELETE';
      const shut: (readonly [string, number | undefined])[] = [];
      for (const key of [undefined, createKey()]) {
        const before = checked();
        const headers = { 'content-type': 'application/json', ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) };
        const request = makeRequest(target, hasBody ? body : undefined, { method, headers });
        shut.push(['handle', (await proxy.handle(request))?.status]);
        const answer = await proxy.fetch(`http://proxy.example${target}`, {
          method,
          headers,
          ...(hasBody ? { body: JSON.stringify(body) } : {}),
        });
        shut.push(['fetch', answer.status]);
        await answer.body?.cancel();
        if (method === 'GET')
          shut.push(['upgrade', (await proxy.upgrade({ ...request, headers: { ...headers, upgrade: 'websocket' } })).status]);
        // A well-formed key was looked for each time: the guard has run, and nothing else has refused.
        expect(checked() - before).toBe(key === undefined ? 0 : method === 'GET' ? 3 : 2);
      }
      expect([method, target, shut.filter(([, status]) => status !== 401)]).toEqual([method, target, []]);
    }
    expect(asked()).toBe(0);
  });
});
