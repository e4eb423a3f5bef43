import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Handler } from '@ai-proxy/core';
import { ProxyError } from '@ai-proxy/core';
import compression from 'compression';
import connect from 'connect';
import express from 'express';
import type { ErrorRequestHandler } from 'express';
import request from 'supertest';
import { describe, expect, test } from 'vitest';
import { mount } from '../src/index.ts';
import { openRaw, readEnd } from './support/raw-client.ts';
import { serve } from './support/servers.ts';
import { gate } from './support/signals.ts';

/** Answers with the target it was asked for; knows nothing below `/unknown`. */
const echoTarget: Handler = async ({ target }) => {
  if (target.startsWith('/unknown')) return undefined;
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: target };
};

describe('the target', () => {
  const ai = mount(echoTarget);
  const mounts = {
    'connect at the root': [connect().use(ai), '/v1/models?x=1'],
    'connect at a path': [connect().use('/ai', ai), '/ai/v1/models?x=1'],
    'Express at the root': [express().use(ai), '/v1/models?x=1'],
    'Express at a path': [express().use('/ai', ai), '/ai/v1/models?x=1'],
    'an Express sub-app': [express().use('/a', express().use('/b', ai)), '/a/b/v1/models?x=1'],
    'an Express router': [express().use('/a', express.Router().use('/b', ai)), '/a/b/v1/models?x=1'],
    'Express with the full prefix': [
      express().use('/a', express.Router().use('/b', mount(echoTarget, { prefix: '/a/b' }))),
      '/a/b/v1/models?x=1',
    ],
    'node:http': [createServer(ai), '/v1/models?x=1'],
    'node:http with a prefix': [createServer(mount(echoTarget, { prefix: '/ai/' })), '/ai/v1/models?x=1'],
  } as const;

  test.each(Object.keys(mounts) as (keyof typeof mounts)[])('is relative to the mount: %s', async (name) => {
    const [app, path] = mounts[name];

    expect((await request(app).get(path)).text).toBe('/v1/models?x=1');
  });

  test.each([
    ['/ai', '/'],
    ['/ai?x=1', '/?x=1'],
    ['/ai/', '/'],
    ['/ai//x', '//x'],
    ['/ai/a%2Fb', '/a%2Fb'],
    ['/ai/../x', '/../x'],
    ['http://host:1/ai/x?y', '/x?y'],
  ])('keeps every character below a prefix: %s is %s', async (url, target) => {
    const { port } = await serve(mount(echoTarget, { prefix: '/ai' }));
    const caller = openRaw(port, `GET ${url} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`);

    expect(readEnd(await caller.closed)).toMatchObject({ body: target, isWhole: true });
  });

  test.each(['/', '/aix', '/AI/x', '/%61i/x', '/x/ai'])('outside of the prefix is not ours: %s', async (url) => {
    const app = express()
      .use(mount(echoTarget, { prefix: '/ai' }))
      .use((_req, res) => void res.send('next'));

    expect((await request(app).get(url)).text).toBe('next');
  });

  test('may be reached at several places of one application', async () => {
    const app = express().use('/one', ai).use('/two', ai);

    expect((await request(app).get('/one/x')).text).toBe('/x');
    expect((await request(app).get('/two/y')).text).toBe('/y');
  });

  test('that one mount does not know is asked of the next mount at the same place', async () => {
    const second = mount(async ({ target }) => ({ status: 200, headers: {}, body: `second ${target}` }));
    const app = express().use('/ai', ai).use('/ai', second);

    expect((await request(app).get('/ai/unknown/x')).text).toBe('second /unknown/x');
  });
});

describe('what is not ours', () => {
  test('is left untouched for the next middleware, its body included', async () => {
    const app = express()
      .use(mount(echoTarget))
      .use(express.json())
      .use((req, res) => void res.json(req.body));

    expect((await request(app).post('/unknown').send({ a: 1 })).text).toBe('{"a":1}');
  });

  test('is the application’s even where the caller has left already', async () => {
    const orders = gate<unknown>();
    const app = express()
      .use(express.json())
      .use((_req, res, next) => {
        res.once('close', next);
        res.socket?.destroy();
      })
      .use(mount(echoTarget, { prefix: '/ai' }))
      .use((req) => orders.open(req.body));
    const { port } = await serve(app);
    openRaw(port, 'POST /orders HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 7\r\n\r\n{"a":1}');

    expect(await orders.promise).toEqual({ a: 1 });
  });

  test('is a 404 in the shape of OpenAI where there is no next', async () => {
    const answer = await request(createServer(mount(echoTarget))).get('/unknown/x?secret=1');
    expect(answer.status).toBe(404);

    expect(answer.body).toMatchObject({ error: { type: 'not_found_error', param: null, code: 'path_not_found' } });
    expect(answer.headers['x-ai-proxy-error-source']).toBe('caller');
    expect(answer.text).not.toContain('secret');
  });
});

describe('a handler that throws', () => {
  const fails =
    (error: unknown): Handler =>
    async () => {
      throw error;
    };
  const bug = new Error('secret detail');

  test('hands a bug to the error handlers of the framework', async () => {
    const seen: unknown[] = [];
    const onError: ErrorRequestHandler = (error, _req, res, _next) => {
      seen.push(error);
      res.status(500).send('handled');
    };

    await request(
      express()
        .use(mount(fails(bug)))
        .use(onError),
    )
      .get('/')
      .expect(500, 'handled');
    expect(seen).toEqual([bug]);
  });

  test('is a 500 that says nothing of the bug where there is no next', async () => {
    const answer = await request(createServer(mount(fails(bug)))).get('/');

    expect(answer.status).toBe(500);
    expect(answer.body).toMatchObject({ error: { type: 'api_error', code: 'internal_error' } });
    expect(answer.text).not.toContain('secret');
  });

  test('answers with an error of ours in either case', async () => {
    const ours = new ProxyError('Set MISTRAL_API_KEY', { status: 503, code: 'not_configured', retryAfter: 1500 });

    for (const app of [express().use(mount(fails(ours))), createServer(mount(fails(ours)))]) {
      const answer = await request(app).get('/');
      expect(answer.status).toBe(503);
      expect(answer.body).toEqual({ error: { message: 'Set MISTRAL_API_KEY', type: 'api_error', param: null, code: 'not_configured' } });
      expect(answer.headers).toMatchObject({ 'retry-after': '2', 'x-ai-proxy-error-source': 'proxy' });
    }
  });

  test('hands on a reply that cannot be written', async () => {
    const seen: unknown[] = [];
    const onError: ErrorRequestHandler = (error: { code: string }, _req, res, _next) => {
      seen.push(error.code);
      res.status(500).send('handled');
    };
    const invalid = mount(async () => ({ status: 200, headers: { 'x-bad': 'a\r\nb' }, body: 'x' }));

    await request(express().use(invalid).use(onError)).get('/').expect(500, 'handled');
    expect(seen).toEqual(['ERR_INVALID_CHAR']);
  });
});

describe('a whole answer', () => {
  const whole = (status: number, body: string | Uint8Array, headers: Record<string, string | string[]> = {}) =>
    mount(async () => ({ status, headers, body }));

  test.each([
    ['text', 'é', 'é'],
    ['bytes', Buffer.from('é'), 'é'],
  ])('of %s has its length', async (_kind, body, text) => {
    const response = await request(createServer(whole(200, body, { 'content-type': 'text/plain; charset=utf-8' })))
      .get('/')
      .expect(200, text);

    expect(response.headers['content-length']).toBe('2');
    expect(response.headers['transfer-encoding']).toBeUndefined();
  });

  test('to HEAD has its length and no body', async () => {
    const { port } = await serve(whole(200, 'hello'));
    const caller = openRaw(port, 'HEAD / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');

    const text = await caller.closed;

    expect(text).toMatch(/content-length: 5/i);
    expect(text.endsWith('\r\n\r\n')).toBe(true);
  });

  test.each([204, 304])('of status %i has neither', async (status) => {
    const { port } = await serve(whole(status, 'never'));
    const caller = openRaw(port, 'GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');

    const text = await caller.closed;

    expect(text).not.toMatch(/content-length/i);
    expect(text).not.toContain('never');
  });

  test('keeps what the application has set, except under the names it sets itself', async () => {
    const setByApp = (_req: IncomingMessage, res: ServerResponse, next: () => void): void => {
      res.setHeader('access-control-allow-origin', '*');
      res.setHeader('content-type', 'text/html');
      next();
    };
    const app = connect()
      .use(setByApp)
      .use(whole(200, '{}', { 'content-type': 'application/json', 'set-cookie': ['a=1', 'b=2'] }));

    const { headers } = await request(app).get('/').expect(200);

    expect(headers).toMatchObject({ 'access-control-allow-origin': '*', 'content-type': 'application/json', 'set-cookie': ['a=1', 'b=2'] });
  });

  test('names its own status, whatever reason the application has set', async () => {
    const { port } = await serve((req, res) => {
      res.statusMessage = 'Teapot';
      whole(200, '{}')(req, res);
    });
    const caller = openRaw(port, 'GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');

    expect(await caller.closed).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });

  test('may be compressed by the application', async () => {
    const text = 'x'.repeat(10_000);
    const app = express()
      .use(compression())
      .use(whole(200, text, { 'content-type': 'text/plain' }));

    const { headers } = await request(app).get('/').set('accept-encoding', 'gzip').expect(200, text);

    expect(headers['content-encoding']).toBe('gzip');
  });

  test('that comes before the upload is over is readable, and the connection goes on', async () => {
    const { port } = await serve(whole(413, 'too large'));
    const head = 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1000000\r\n\r\n';
    const caller = openRaw(port, `${head}part`);

    await caller.received('too large');
    caller.socket.write('x'.repeat(999_996));
    caller.socket.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');

    const text = await caller.closed;
    expect(text.match(/HTTP\/1\.1 413/g)).toHaveLength(2);
  });

  test('that comes after a part of the upload was read is readable as well', async () => {
    const { port } = await serve(
      mount(async ({ body }) => {
        if (body.kind === 'stream') for await (const _ of body.stream) break;
        return { status: 413, headers: {}, body: 'too large' };
      }),
    );
    const caller = openRaw(port, 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1000000\r\n\r\npart');

    await caller.received('too large');
    caller.socket.write('x'.repeat(999_996));
    caller.socket.write('GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');

    const text = await caller.closed;
    expect(text.match(/HTTP\/1\.1 413/g)).toHaveLength(2);
  });
});

describe('options', () => {
  test.each([
    [{ prefix: 'ai' }, 'prefix'],
    [{ prefix: '/ai?x' }, 'prefix'],
    [{ writing: { timeout: -1 } }, 'writing.timeout'],
    [{ writing: { keepAlive: Number.NaN } }, 'writing.keepAlive'],
  ])('that make no sense are refused at the mount: %j', (options, name) => {
    expect(() => mount(echoTarget, options)).toThrow(name);
  });
});

test('what the application varies by, and its cookies, stay beside ours', async () => {
  const handler: Handler = async () => ({ status: 200, headers: { vary: 'Origin', 'set-cookie': 'b=2', 'x-one': 'ours' }, body: '' });
  const app = express()
    .use((_req, res, next) => {
      res.setHeader('vary', 'Cookie').setHeader('set-cookie', ['a=1', 'c=3']).setHeader('x-one', 'theirs');
      next();
    })
    .use(mount(handler));

  const { headers } = await request(app).get('/');
  expect(headers).toMatchObject({ vary: 'Cookie, Origin', 'set-cookie': ['a=1', 'c=3', 'b=2'], 'x-one': 'ours' });
});
