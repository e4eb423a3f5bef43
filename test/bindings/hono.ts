import { createServer } from 'node:http';
import { createProxy } from '@ai-proxy/core';
import { application } from '@ai-proxy/testing';
import type { BindingBehindParser, BindingUnderTest, BoundServer } from '@ai-proxy/testing';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import type { Context, Env, HonoRequest, MiddlewareHandler } from 'hono';
import { compress } from 'hono/compress';
import { cloneRawRequest } from 'hono/request';
import type { BlankInput } from 'hono/types';
import { serve } from './serve.ts';

/** Which request the proxy is given. */
type ToRequest = (request: HonoRequest) => Request | Promise<Request>;

const raw: ToRequest = (request) => request.raw;

/** Hono on its server for Node, with the proxy at two mounts, behind some middleware, and an application around. */
const start =
  (toRequest: ToRequest, ...before: readonly MiddlewareHandler[]): BindingUnderTest['start'] =>
  (options, { askCaller }): Promise<BoundServer> => {
    const proxy = createProxy(options);
    const mounted =
      (prefix: string) =>
      async (c: Context<Env, '/', BlankInput>): Promise<Response> =>
        proxy.fetch(await toRequest(c.req), {
          prefix,
          keepAlive: proxy.writing.keepAlive,
          writeTimeout: proxy.writing.timeout,
          ...(askCaller && { caller: () => askCaller((name) => c.req.header(name)) }),
        });
    const app = new Hono();
    app.use(async (c, next) => {
      await next();
      c.header(...application.header);
    });
    for (const middleware of before) app.use(middleware);
    app.get(`/ai${application.pathBelow}`, (c) => c.text(application.textBelow));
    app.all('/ai/*', mounted('/ai'));
    app.all('/second/*', mounted('/second'));
    app.get(application.path, (c) => c.text(application.text));
    app.get(application.brokenPath, () => {
      throw new Error('the application has failed');
    });
    app.onError((_error, c) => c.text(application.brokenText, 500));
    const listener = getRequestListener(app.fetch);
    return serve(
      createServer((req, res) => void listener(req, res)),
      proxy,
    );
  };

const lacks: NonNullable<BindingUnderTest['lacks']> = {
  'raw-path': 'the URL of a Request is parsed, and its dot segments are gone',
  'http-1.0': "Hono's server for Node has one way to break an answer off, whatever the caller speaks",
  websocket: 'a Response is no upgrade',
};

/** Hono on Node, plain and behind compression. */
export const honoBindings: readonly BindingUnderTest[] = [
  { name: 'Hono', start: start(raw), lacks },
  { name: 'Hono behind compression', start: start(raw, compress({ threshold: 0 })), lacks },
];

const readsAll: MiddlewareHandler = async (c, next) => {
  await c.req.arrayBuffer();
  await next();
};

/** Hono behind middleware that reads bodies, with the request as it then is, and made anew of what Hono has kept. */
export const honoParsers: readonly BindingBehindParser[] = [
  {
    name: 'Hono behind something that reads bodies',
    start: start(raw, readsAll),
    lacks,
    keeps: {
      json: 'consumed',
      empty: 'consumed',
      large: 'consumed',
      gzip: 'consumed',
      latin1: 'consumed',
      form: 'consumed',
      multipart: 'consumed',
    },
  },
  { name: 'Hono behind something that reads bodies, given the request anew', start: start(cloneRawRequest, readsAll), lacks, keeps: {} },
];
