import { mistral } from '@ai-proxy/mistral';
import { ollama, ollamaFace } from '@ai-proxy/ollama';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeGateway } from '../../../packages/auth/test/fixtures/make-gateway.ts';
import type { Gateway } from '../../../packages/auth/test/fixtures/make-gateway.ts';
import { makeRequest } from '../../../packages/core/test/fixtures/make-request.ts';
import { sendJson, startUpstream } from '../../../packages/core/test/fixtures/http-upstream.ts';
import type { HttpUpstream } from '../../../packages/core/test/fixtures/http-upstream.ts';
import { testProvider } from '../../../packages/core/test/fixtures/test-provider.ts';
import { keyStores } from './key-stores.ts';

interface House extends Gateway {
  readonly provider: HttpUpstream;
}

async function open(kind: string): Promise<House> {
  const makeStore = keyStores[kind];
  if (!makeStore) throw new Error(kind);
  const store = makeStore();
  onTestFinished(() => store.close());
  const provider = await startUpstream((_request, response) => sendJson(response, 200, { data: [], models: [] }));
  const gateway = await makeGateway({
    store,
    stateful: 'all',
    proxy: {
      providers: [testProvider(provider.url), mistral({ apiKey: 'secret', baseURL: provider.url }), ollama({ baseURL: provider.url })],
      faces: [ollamaFace()],
    },
  });
  return { ...gateway, provider };
}

const ask = async (house: House, key: string, target: string, method?: string): Promise<number> => {
  const isChat = /chat|ocr|generate|embed|completions/i.test(target);
  const body = isChat ? { model: 'mistral/mistral-small-latest', messages: [{ role: 'user', content: 'x' }], prompt: 'x' } : undefined;
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
  const { status, body: answer } = (await house.proxy.handle(
    makeRequest(target, body, { headers, ...(method === undefined ? {} : { method }) }),
  )) ?? { status: 404 };
  if (typeof answer === 'object' && 'kind' in answer && answer.kind === 'relay') answer.settle({ kind: 'complete', status: 200, bytes: 0 });
  return status;
};

describe.each(Object.keys(keyStores))('a key for some routes only, of keys that are %s', (kind) => {
  it.each<[readonly string[], readonly string[]]>([
    [
      ['/v1/models'],
      [
        '/v1/chat/completions',
        '/v1//chat/completions',
        '//v1/chat/completions',
        '/v1/models/../chat/completions',
        '/v1/models/..%2fchat/completions',
        '/v1/models/%2e%2e/chat/completions',
        '/v1/models/./../chat/completions',
        '/v1/models;/../chat/completions',
        '/v1/models%2f..%2fchat%2fcompletions',
        '/v1/models%00/chat/completions',
        '/v1/models\\..\\chat\\completions',
        '/v1/models%5c..%5cchat',
        '/V1/chat/completions',
        '/v1/Chat/completions',
        '/v1/chat%2Fcompletions',
        '/v1/%63hat/completions',
        '/v1/chat/completions/',
        '/v1/chat/completions?/v1/models',
        '/v1/chat/completions?path=/v1/models',
        '/v1/chat/completions#/v1/models',
        '/v1/chat/completions;/v1/models',
        '/compat/chat/completions',
        '/compat/v1/chat/completions',
        '/chat/completions',
        'http://proxy.example/v1/chat/completions',
        'http://proxy.example/v1/models/../chat/completions',
        'HTTP://v1/models@proxy.example/v1/chat/completions',
        '/v1/models/x',
        '/mistral/v1/models',
        '/mistral/models',
        '/mistral/v1/chat/completions',
        '/ollama/api/chat',
        '/api/chat',
        '/api/tags',
      ],
    ],
    [
      ['/v1/*'],
      [
        '/api/chat',
        '/api/generate',
        '/api/tags',
        '/mistral/v1/chat/completions',
        '/mistral/chat/completions',
        '/ollama/v1/chat/completions',
        '/ollama/api/chat',
        '/mistral/v1/files/x',
      ],
    ],
    [
      ['/mistral/*'],
      [
        '/v1/chat/completions',
        '/ollama/api/chat',
        '/mistral/../ollama/api/chat',
        '/mistral/%2e%2e/ollama/api/chat',
        '/mistral/..;/ollama/api/chat',
        '/mistral%2f..%2follama/api/chat',
        '/Mistral/v1/chat/completions',
        '/test/v1/chat',
        '/mistral',
      ],
    ],
    [
      ['/mistral/v1/files'],
      [
        '/mistral/v1/files/x',
        '/mistral/v1/files/x/content',
        '/mistral/files/',
        '/mistral/v1/files/',
        '/mistral/v1/ocr',
        '/mistral/v1/batch/jobs',
      ],
    ],
    [
      ['/mistral/v1/files/*/content'],
      ['/mistral/v1/files/x', '/mistral/v1/files/x/url', '/mistral/v1/files/content', '/mistral/v1/ocr', '/mistral/v1/files/x%2fcontent'],
    ],
    [['*models'], ['/v1/chat/completions', '/v1/chat/completions?x=models', '/v1/chat/completions#models', '/ollama/api/chat']],
    [['\0'], ['/v1/models', '/v1/chat/completions', '/']],
    [[''], ['/v1/models', '/v1/chat/completions']],
    [
      ['.*', '[a-z/]+', '^', '$', '?', '/v1/(models|chat/completions)'],
      ['/v1/models', '/v1/chat/completions'],
    ],
    [
      ['__proto__', 'constructor'],
      ['/v1/models', '/v1/chat/completions', '/__proto__'],
    ],
  ])('%j is not to be used at any other', async (routes, targets) => {
    const house = await open(kind);
    const key = await house.addKey({ routes });
    const wrong: unknown[] = [];
    for (const target of targets) {
      for (const method of [undefined, 'HEAD']) {
        // oxlint-disable-next-line no-await-in-loop -- a wrong one is named
        const status = await ask(house, key, target, method);
        const isSignOfLife = target === '/' && status === 200;
        if (!(status >= 400 && status < 500) && !isSignOfLife) wrong.push([target, method, status]);
      }
    }
    expect([wrong, house.provider.requests.map(({ url }) => url)]).toEqual([[], []]);
  });

  it.each<[readonly string[], readonly string[]]>([
    [['/v1/models'], ['/v1/models', '/models', '/compat/models', '/compat/v1/models', '/v1/models?x=1', 'http://proxy.example/v1/models']],
    [['/models'], ['/v1/models', '/models', '/compat/v1/models']],
    [['/v1/*'], ['/v1/chat/completions', '/chat/completions', '/compat/v1/chat/completions', '/v1/models/x%2Fy']],
    [['/api/*'], ['/api/chat', '/api/tags']],
    [['/mistral/*'], ['/mistral/v1/files/x', '/mistral/files/x', '/mistral/v1/chat/completions']],
    [['/mistral/v1/files/*/content'], ['/mistral/v1/files/x/content', '/mistral/files/x/content']],
  ])('%j is to be used there, in every spelling', async (routes, targets) => {
    const house = await open(kind);
    const key = await house.addKey({ routes });
    for (const target of targets) {
      // oxlint-disable-next-line no-await-in-loop -- the failing one is named
      expect([target, [401, 403].includes(await ask(house, key, target))]).toEqual([target, false]);
    }
  });

  it.each([
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'mistral/__proto__',
    'mistral/constructor',
    '__proto__/constructor',
    'a'.repeat(100_000),
    '\u0000',
    'small\r\nx-injected: 1',
    '*',
    '**',
    'mistral/*',
  ])('a key for one model is not for the model %j', async (model) => {
    const house = await open(kind);
    const key = await house.addKey({
      models: ['mistral/mistral-small-latest'],
      modelAliases: JSON.parse('{"fast":"mistral/mistral-small-latest"}') as Record<string, string>,
    });
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
    const asked = { model, messages: [{ role: 'user', content: 'x' }] };
    for (const target of ['/v1/chat/completions', '/api/chat', '/mistral/v1/chat/completions', '/ollama/api/chat']) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const reply = await house.proxy.handle(makeRequest(target, asked, { headers }));
      expect([target, [400, 403, 404].includes(reply?.status ?? 0), Object.keys(reply?.headers ?? {}).includes('x-injected')]).toEqual([
        target,
        true,
        false,
      ]);
    }
    expect(house.provider.requests.filter(({ method }) => method === 'POST')).toEqual([]);
  });
});
