import { createServer } from 'node:http';
import { createProxy } from '@ai-proxy/core';
import { application } from '@ai-proxy/testing';
import type { BindingUnderTest, BoundServer } from '@ai-proxy/testing';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import type { Context, MiddlewareHandler } from 'hono';
import { compress } from 'hono/compress';
import { serve } from './serve.ts';

/** Hono on its server for Node, with the proxy at two mounts, behind some middleware, and an application around. */
const start =
  (...before: readonly MiddlewareHandler[]): BindingUnderTest['start'] =>
  (options, { askCaller }): Promise<BoundServer> => {
    const proxy = createProxy(options);
    const mounted =
      (prefix: string) =>
      (c: Context): Promise<Response> =>
        proxy.fetch(c.req.raw, { prefix, ...(askCaller && { caller: () => askCaller((name) => c.req.header(name)) }) });
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
  websocket: 'fetch has no upgrades',
};

/** Hono on Node, plain and behind compression. */
export const honoBindings: readonly BindingUnderTest[] = [
  { name: 'Hono', start: start(), lacks },
  { name: 'Hono behind compression', start: start(compress({ threshold: 0 })), lacks },
];
