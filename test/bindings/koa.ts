import { once } from 'node:events';
import { createServer } from 'node:http';
import { Writable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { createProxy } from '@ai-proxy/core';
import { aiProxy } from '@ai-proxy/koa';
import { application } from '@ai-proxy/testing';
import type { BindingBehindParser, BindingUnderTest, BoundServer } from '@ai-proxy/testing';
import { bodyParser } from '@koa/bodyparser';
import Koa from 'koa';
import type { Context, Middleware } from 'koa';
import { koaBody } from 'koa-body';
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

const limit = '20mb';
// Koa's parsers read every body as UTF-8, whatever its charset.
const parsed = { json: 'value', large: 'value', gzip: 'value', latin1: 'misread', form: 'value' } as const;
const discard = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });

const readBytes: Middleware = async (ctx, next) => {
  const chunks: Buffer[] = [];
  for await (const chunk of ctx.req) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  Object.assign(ctx.request, { body: ctx.get('content-encoding') === 'gzip' ? gunzipSync(bytes) : bytes });
  await next();
};

const readAway: Middleware = async (ctx, next) => {
  if (ctx.method === 'POST') await once(ctx.req.resume(), 'end');
  await next();
};

/** Koa behind each of its parsers. What koa-body makes of files stays in memory here, and is thrown away. */
export const koaParsers: readonly BindingBehindParser[] = [
  { name: 'Koa behind nothing', start: start('prefix'), keeps: {} },
  { name: 'Koa behind @koa/bodyparser', start: start('prefix', bodyParser({ jsonLimit: limit })), keeps: parsed },
  { name: 'Koa below koa-mount, behind @koa/bodyparser', start: start('koa-mount', bodyParser({ jsonLimit: limit })), keeps: parsed },
  {
    name: 'Koa behind @koa/bodyparser that reads JSON as text',
    start: start('prefix', bodyParser({ enableTypes: ['text'], extendTypes: { text: ['application/json'] }, textLimit: limit })),
    keeps: { json: 'text', large: 'text', gzip: 'text', latin1: 'misread' },
  },
  { name: 'Koa behind koa-body', start: start('prefix', koaBody({ jsonLimit: limit })), keeps: parsed },
  {
    name: 'Koa behind koa-body with multipart',
    start: start('prefix', koaBody({ jsonLimit: limit, multipart: true, formidable: { fileWriteStreamHandler: discard } })),
    keeps: { ...parsed, multipart: 'consumed' },
  },
  {
    name: 'Koa behind koa-body that patches Node’s request alone',
    start: start('prefix', koaBody({ jsonLimit: limit, patchKoa: false, patchNode: true })),
    keeps: parsed,
  },
  {
    name: 'Koa behind something that keeps bytes',
    start: start('prefix', readBytes),
    keeps: { json: 'bytes', large: 'bytes', gzip: 'bytes', latin1: 'bytes', form: 'bytes', multipart: 'bytes' },
  },
  {
    name: 'Koa behind something that keeps nothing',
    start: start('prefix', readAway),
    keeps: { json: 'consumed', large: 'consumed', gzip: 'consumed', latin1: 'consumed', form: 'consumed', multipart: 'consumed' },
  },
];
