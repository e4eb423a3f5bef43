import express from 'express';
import type { Request as ExpressRequest, RequestHandler } from 'express';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, expectTypeOf, onTestFinished, test } from 'vitest';
import { mistral } from '@ai-proxy/mistral';
import { aiProxy, mount } from '../src/index.ts';
import { aiProxy as connectAiProxy, mount as connectMount } from '@ai-proxy/connect';

async function get(app: express.Express, path: string): Promise<Response> {
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, { headers: { connection: 'close' } });
}

test('is the Node binding, typed for Express', () => {
  expect(aiProxy).toBe(connectAiProxy);
  expect(mount).toBe(connectMount);
  expectTypeOf(aiProxy()).toExtend<RequestHandler>();
  expectTypeOf(mount).returns.toEqualTypeOf<RequestHandler>();
});

test('mounts a handler below a path of an Express application', async () => {
  const app = express().use(
    '/admin',
    mount(async ({ target }) => ({ status: 200, headers: {}, body: target })),
  );

  expect(await (await get(app, '/admin/keys?x=1')).text()).toBe('/keys?x=1');
});

test('leaves paths that are not its own to the application', async () => {
  const app = express()
    .use(aiProxy())
    .get('/about', (_req, res) => void res.send('page'));

  expect(await (await get(app, '/about')).text()).toBe('page');
});

test('gives the option caller the request of Express', () => {
  aiProxy({
    providers: [mistral()],
    caller: (request) => {
      expectTypeOf(request).toEqualTypeOf<ExpressRequest>();
      return { id: request.ip ?? '' };
    },
  });
});
