import { createServer as createHttp2Server, connect as connectHttp2 } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { createProxy, ProxyError } from '@ai-proxy/core';
import type { Handler } from '@ai-proxy/core';
import { mistral } from '@ai-proxy/mistral';
import { bodyParser } from '@koa/bodyparser';
import fc from 'fast-check';
import { sendRaw } from '@ai-proxy/testing';
import Koa from 'koa';
import type { Context, Middleware, ParameterizedContext } from 'koa';
import koaMount from 'koa-mount';
import { afterEach, describe, expect, expectTypeOf, onTestFinished, test, vi } from 'vitest';
import { aiProxy, mount } from '../src/index.ts';
import type { AiProxyOptions } from '../src/index.ts';
import { serveKoa } from './support/serve-koa.ts';

/** Answers with the target it was asked for; knows nothing below `/unknown`. */
const echoTarget: Handler = async ({ target }) => {
  if (target.startsWith('/unknown')) return undefined;
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: target };
};

const fails =
  (error: unknown): Handler =>
  async () => {
    throw error;
  };

async function get(app: Koa, path: string, headers: Record<string, string> = {}): Promise<Response> {
  const { url } = await serveKoa(app);
  return fetch(`${url}${path}`, { headers: { ...headers, connection: 'close' } });
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('the target', () => {
  const ai = mount(echoTarget);
  const mounts = {
    'at the root': [new Koa().use(ai), '/v1/models?x=1'],
    'with a prefix': [new Koa().use(mount(echoTarget, { prefix: '/ai' })), '/ai/v1/models?x=1'],
    'below koa-mount': [new Koa().use(koaMount('/ai', ai)), '/ai/v1/models?x=1'],
    'below koa-mount at a path that ends in a slash': [new Koa().use(koaMount('/ai/', ai)), '/ai/v1/models?x=1'],
    'below koa-mount in koa-mount': [new Koa().use(koaMount('/a', koaMount('/b', ai))), '/a/b/v1/models?x=1'],
    'in an application below koa-mount': [new Koa().use(koaMount('/a', new Koa().use(koaMount('/b', ai)))), '/a/b/v1/models?x=1'],
    'below koa-mount, with the full prefix': [
      new Koa().use(koaMount('/a', koaMount('/b', mount(echoTarget, { prefix: '/a/b' })))),
      '/a/b/v1/models?x=1',
    ],
  } as const;

  test.each(Object.keys(mounts) as (keyof typeof mounts)[])('is relative to the mount: %s', async (name) => {
    const [app, path] = mounts[name];

    expect(await (await get(app, path)).text()).toBe('/v1/models?x=1');
  });

  const applications = {
    'a prefix': new Koa().use(mount(echoTarget, { prefix: '/ai' })),
    'koa-mount': new Koa().use(koaMount('/ai', ai)),
    'koa-mount and a prefix': new Koa().use(koaMount('/ai', mount(echoTarget, { prefix: '/ai' }))),
  };
  const targets = [
    ['/ai', '/'],
    ['/ai?x=1', '/?x=1'],
    ['/ai/', '/'],
    ['/ai/x?', '/x?'],
    ['/ai//x', '//x'],
    ['/ai/a%2Fb%2f', '/a%2Fb%2f'],
    ['/ai/../x', '/../x'],
    ['/ai/%2E%2e/x', '/%2E%2e/x'],
    ['/ai/a\\b', '/a\\b'],
    ['/ai/a|{}^`"\'<>@:;', '/a|{}^`"\'<>@:;'],
    ['/ai/x?a=%2F?b=c&', '/x?a=%2F?b=c&'],
    ['http://host:1/ai/x?y', '/x?y'],
  ] as const;
  const kept = Object.entries(applications).flatMap(([name, app]) => targets.map(([path, target]) => [name, path, target, app] as const));

  test.each(kept)('keeps every character below %s: %s is %s', async (_name, path, target, app) => {
    const { port } = await serveKoa(app);

    expect(await sendRaw({ port, path })).toMatchObject({ status: 200, text: target, ending: 'complete' });
  });

  // Everything that may stand in a request line, but for the fragment below.
  const anyTarget = fc.stringMatching(/^\/[!-"$-~]{0,40}$/);

  test.each(Object.entries(applications))('is what was sent below %s, whatever that is', async (_name, app) => {
    const { port } = await serveKoa(app);

    await fc.assert(
      fc.asyncProperty(anyTarget, async (target) => {
        expect((await sendRaw({ port, path: `/ai${target}` })).text).toBe(target);
      }),
    );
  });

  // No client sends a fragment. Node's old parser, which koa-mount writes paths with, takes what holds one for a URL to be mended.
  test.each([
    ['a prefix', '/a\\b|#c'],
    ['koa-mount and a prefix', '/a\\b|#c'],
    ['koa-mount', '/a/b%7C#c'],
  ] as const)('below %s with a fragment is %s', async (name, target) => {
    const { port } = await serveKoa(applications[name]);

    expect((await sendRaw({ port, path: '/ai/a\\b|#c' })).text).toBe(target);
  });

  test.each(['/', '/aix', '/AI/x', '/%61i/x', '/x/ai'])('outside of the prefix is not ours: %s', async (path) => {
    const app = new Koa().use(mount(echoTarget, { prefix: '/ai' })).use((ctx) => {
      ctx.body = 'next';
    });

    expect(await (await get(app, path)).text()).toBe('next');
  });
});

describe('what is not ours', () => {
  test('goes on to the next middleware, with its body unread and its path as it was', async () => {
    const app = new Koa().use(koaMount('/ai', mount(echoTarget)));
    app.use(bodyParser()).use((ctx) => {
      ctx.body = { path: ctx.path, body: ctx.request.body, respond: ctx.respond };
    });
    const { url } = await serveKoa(app);
    const answer = await fetch(`${url}/ai/unknown`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1}' });

    expect(await answer.json()).toEqual({ path: '/ai/unknown', body: { a: 1 } });
  });

  test('is answered by Koa, even where a route has sent its headers by itself', async () => {
    const app = new Koa().use(mount(echoTarget)).use((ctx) => {
      ctx.flushHeaders();
      ctx.body = Readable.from(['in ', 'pieces']);
    });

    expect(await (await get(app, '/unknown')).text()).toBe('in pieces');
  });

  test('is Koa’s 404 where nobody else answers', async () => {
    const answer = await get(new Koa().use(mount(echoTarget)), '/unknown');

    expect([answer.status, await answer.text()]).toEqual([404, 'Not Found']);
  });

  test('is asked of the next mount', async () => {
    const second = mount(async ({ target }) => ({ status: 200, headers: {}, body: `second ${target}` }));

    expect(await (await get(new Koa().use(mount(echoTarget)).use(second), '/unknown/x')).text()).toBe('second /unknown/x');
  });

  test('fails where the next middleware fails', async () => {
    const { url, reported } = await serveKoa(
      new Koa({ env: 'test' }).use(mount(echoTarget)).use((ctx) => {
        ctx.throw(418, 'short and stout');
      }),
    );
    const answer = await fetch(`${url}/unknown`);

    expect([answer.status, await answer.text()]).toEqual([418, 'short and stout']);
    expect(reported).toEqual([expect.objectContaining({ status: 418 })]);
  });
});

test('handlers and policies are given Koa’s context', async () => {
  let context: unknown;
  const app = new Koa().use(
    mount(async (request) => {
      context = request.context;
      return { status: 200, headers: {} };
    }),
  );
  await get(app, '/');

  expect(context).toMatchObject({ app, state: {} });
});

describe('a handler that throws', () => {
  test('is an error of the application, for its own error handling', async () => {
    const seen: unknown[] = [];
    const bug = new Error('secret detail');
    const { url, reported } = await serveKoa(
      new Koa()
        .use(async (ctx, next) => {
          try {
            await next();
          } catch (error) {
            seen.push(error);
            ctx.status = 503;
            ctx.body = 'handled';
          }
        })
        .use(mount(fails(bug))),
    );
    const answer = await fetch(url);

    expect([answer.status, await answer.text()]).toEqual([503, 'handled']);
    expect(seen).toEqual([bug]);
    expect(reported).toEqual([]);
  });

  test('is reported by Koa where the application handles nothing, and says nothing of itself', async () => {
    const bug = new Error('secret detail');
    const app = new Koa().use(mount(fails(bug)));
    app.silent = true;
    const { url, reported } = await serveKoa(app);
    const answer = await fetch(url);

    expect([answer.status, await answer.text()]).toEqual([500, 'Internal Server Error']);
    expect(reported).toEqual([bug]);
  });

  test('answers with an error of ours, and nothing is reported', async () => {
    const ours = new ProxyError('Set MISTRAL_API_KEY', { status: 503, code: 'not_configured', retryAfter: 1500 });
    const { url, reported } = await serveKoa(new Koa().use(mount(fails(ours))));
    const answer = await fetch(url);

    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({
      error: { message: 'Set MISTRAL_API_KEY', type: 'api_error', param: null, code: 'not_configured' },
    });
    expect(answer.headers.get('retry-after')).toBe('2');
    expect(reported).toEqual([]);
  });
});

describe('aiProxy', () => {
  test('serves what the environment names, read at the first call', async () => {
    vi.stubEnv('MISTRAL_API_KEY', undefined);
    vi.stubEnv('OLLAMA_HOST', undefined);
    vi.stubEnv('OLLAMA_API_KEY', undefined);
    const { url } = await serveKoa(new Koa().use(koaMount('/ai', aiProxy())));
    const answer = await fetch(`${url}/ai/v1/models`);

    expect(answer.status).toBe(500);
    expect(await answer.json()).toMatchObject({ error: { code: 'not_configured' } });
  });

  test('mounts a proxy that is there already, several times', async () => {
    const proxy = createProxy({ providers: [mistral({ apiKey: 'k' })] });
    const first = aiProxy(proxy, { prefix: '/one' });
    const second = aiProxy(proxy, { prefix: '/two' });
    const { url } = await serveKoa(new Koa().use(first).use(second));

    expect([first.proxy, second.proxy]).toEqual([proxy, proxy]);
    for (const path of ['/one/v1/nothing', '/two/v1/nothing']) {
      const answer = await fetch(url + path);
      expect([answer.status, answer.headers.get('x-ai-proxy-error-source')]).toEqual([404, 'caller']);
    }
  });

  test('answers WebSocket upgrades', async () => {
    const ai = aiProxy({ providers: [mistral({ apiKey: 'k' })], prefix: '/ai' });
    const { server, port } = await serveKoa(new Koa().use(ai));
    server.on('upgrade', ai.upgrade);
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
      'sec-websocket-version': '13',
    };

    const { status, text } = await sendRaw({ port, path: '/ai/v1/nothing', headers });

    expect(status).toBe(404);
    expect(JSON.parse(text)).toMatchObject({ error: { code: 'path_not_found' } });
  });

  test.each([
    [{ providers: [mistral()], prefx: '/ai' }, 'prefx'],
    [{ providers: [mistral()], prefix: 'ai' }, 'prefix'],
    [{ providers: [mistral()], caller: 'me' }, 'caller'],
  ])('refuses at the mount what makes no sense: %j', (options, name) => {
    expect(() => aiProxy(options as unknown as AiProxyOptions)).toThrow(name);
  });

  test('is typed as Koa’s middleware, whatever the state of the application', () => {
    interface State {
      readonly user: { readonly id: string };
    }
    expectTypeOf(aiProxy()).toExtend<Middleware>();
    expectTypeOf(aiProxy()).toExtend<Middleware<State>>();
    expectTypeOf(aiProxy()).toExtend<Middleware<State, { readonly db: string }>>();
    expectTypeOf(mount).returns.toExtend<Middleware<State>>();
    expectTypeOf<AiProxyOptions['caller']>().parameter(0).toEqualTypeOf<Context>();
    expectTypeOf((ctx: ParameterizedContext<State>) => ctx.state.user).toExtend<NonNullable<AiProxyOptions['caller']>>();
  });
});

describe('the option caller', () => {
  interface State {
    user?: { readonly id: string };
  }
  const signIn: Middleware<State> = async (ctx, next) => {
    const id = ctx.get('x-user');
    if (id !== '') ctx.state.user = { id };
    await next();
  };
  const userOf = ({ state }: ParameterizedContext<State>): State['user'] => state.user;
  const echoCaller: Handler = async ({ caller }) => ({ status: 200, headers: {}, body: JSON.stringify(await caller?.()) ?? 'nobody' });

  test('is given Koa’s context, and with it the state that middleware has left', async () => {
    const app = new Koa<State>().use(signIn).use(mount(echoCaller, { caller: userOf }));
    const { url } = await serveKoa(app);

    expect(await (await fetch(url, { headers: { 'x-user': 'ada' } })).json()).toEqual({ id: 'ada' });
    expect(await (await fetch(url)).text()).toBe('nobody');
  });

  test('lets nobody in for whom it answers nothing', async () => {
    const app = new Koa<State>()
      .use(signIn)
      .use(aiProxy({ prefix: '/ai', providers: [mistral({ apiKey: 'k', baseURL: 'http://127.0.0.1:1' })], caller: userOf }));
    const answer = await get(app, '/ai/v1/models');

    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ error: { code: 'caller_unknown' } });
  });

  test('runs where the application knows its current context', async () => {
    const app = new Koa<State>({ asyncLocalStorage: true });
    app.use(signIn).use(mount(echoCaller, { caller: (ctx) => (app.currentContext === ctx ? { id: 'the same' } : undefined) }));

    expect(await (await get(app, '/')).json()).toEqual({ id: 'the same' });
  });
});

test('answers over HTTP/2', async () => {
  const answer = new Koa().use(koaMount('/ai', mount(echoTarget))).callback();
  const server = createHttp2Server((req, res) => void answer(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => {
    client.destroy();
    server.close();
  });
  const stream = client.request({ ':path': '/ai/x' });
  const status = new Promise((resolve) => stream.once('response', (headers) => resolve(headers[':status'])));
  let text = '';
  for await (const piece of stream) text += String(piece);

  expect([await status, text, stream.rstCode]).toEqual([200, '/x', 0]);
});
