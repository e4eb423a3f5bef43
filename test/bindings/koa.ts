import { createServer } from 'node:http';
import { createProxy } from '@ai-proxy/core';
import { aiProxy } from '@ai-proxy/koa';
import { application } from '@ai-proxy/testing';
import type { BindingUnderTest, BoundServer } from '@ai-proxy/testing';
import Koa from 'koa';
import type { Context, Middleware } from 'koa';
import compress from 'koa-compress';
import mount from 'koa-mount';
import { serve } from './serve.ts';

/** Koa with the proxy at two mounts, which it finds by its prefix or koa-mount strips, behind some middleware, and an application around. */
const start =
  (ways: 'prefix' | 'koa-mount', ...before: readonly Middleware[]): BindingUnderTest['start'] =>
  async (options, { askCaller }): Promise<BoundServer> => {
    const proxy = createProxy(options);
    const mountOptions = askCaller && { caller: (ctx: Context) => askCaller((name) => ctx.get(name) || undefined) };
    const app = new Koa();
    app.use(async (ctx, next) => {
      ctx.set(...application.header);
      try {
        await next();
      } catch {
        ctx.status = 500;
        ctx.body = application.brokenText;
      }
    });
    for (const middleware of before) app.use(middleware);
    const byPrefix = (prefix: string) => aiProxy(proxy, { ...mountOptions, prefix });
    const ai = byPrefix('/ai');
    app.use(ways === 'prefix' ? ai : mount('/ai', aiProxy(proxy, mountOptions)));
    app.use(ways === 'prefix' ? byPrefix('/second') : mount('/second', aiProxy(proxy, mountOptions)));
    app.use((ctx) => {
      if (ctx.path === application.path) ctx.body = application.text;
      if (ctx.path === `/ai${application.pathBelow}`) ctx.body = application.textBelow;
      if (ctx.path === application.brokenPath) throw new Error('the application has failed');
    });
    const answer = app.callback();
    const server = createServer((req, res) => void answer(req, res));
    server.on('upgrade', ai.upgrade);
    return serve(server, proxy);
  };

/** Koa, plain and behind what its applications have. */
export const koaBindings: readonly BindingUnderTest[] = [
  { name: 'Koa', start: start('prefix') },
  { name: 'Koa below koa-mount', start: start('koa-mount') },
  { name: 'Koa behind koa-compress', start: start('prefix', compress({ threshold: 0 })) },
];
