import { createServer } from 'node:http';
import { createProxy } from '@ai-proxy/core';
import { aiProxy } from '@ai-proxy/express';
import { application } from '@ai-proxy/testing';
import type { BindingBehindParser, BindingUnderTest, BoundServer } from '@ai-proxy/testing';
import compression from 'compression';
import express from 'express';
import type { ErrorRequestHandler, Express, Request, RequestHandler } from 'express';
import multer from 'multer';
import { serve } from './serve.ts';

/** Express with the proxy at two mounts, behind some middleware, and an application around. */
const start =
  (...before: readonly RequestHandler[]): BindingUnderTest['start'] =>
  async (options, { askCaller }): Promise<BoundServer> => {
    const proxy = createProxy(options);
    const mountOptions = askCaller && { caller: (request: Request) => askCaller((name) => request.get(name)) };
    const app: Express = express();
    app.use((_req, res, next) => {
      res.setHeader(...application.header);
      next();
    });
    for (const middleware of before) app.use(middleware);
    const ai = aiProxy(proxy, { ...mountOptions, prefix: '/ai' });
    app.use('/ai', ai);
    app.use('/second', aiProxy(proxy, mountOptions));
    app.get(`/ai${application.pathBelow}`, (_req, res) => void res.send(application.textBelow));
    app.get(application.path, (_req, res) => void res.send(application.text));
    app.get(application.brokenPath, () => {
      throw new Error('the application has failed');
    });
    const answerErrors: ErrorRequestHandler = (error: { status?: number }, _req, res, _next) =>
      void res.status(error.status ?? 500).send(application.brokenText);
    app.use(answerErrors);
    const server = createServer(app);
    server.on('upgrade', ai.upgrade);
    return serve(server, proxy);
  };

/** Express, plain and behind compression. */
export const expressBindings: readonly BindingUnderTest[] = [
  { name: 'Express', start: start() },
  { name: 'Express behind compression', start: start(compression({ threshold: 0 })) },
];

const limit = '20mb';
const any = '*/*';

/** Express behind each of its parsers, and behind multer. */
export const expressParsers: readonly BindingBehindParser[] = [
  { name: 'Express behind nothing', start: start(), keeps: {} },
  {
    name: 'Express behind express.json',
    start: start(express.json({ limit })),
    keeps: { json: 'value', large: 'value', gzip: 'value', latin1: 'refused' },
  },
  {
    name: 'Express behind express.raw',
    start: start(express.raw({ limit, type: any })),
    keeps: { json: 'bytes', large: 'bytes', gzip: 'bytes', latin1: 'bytes', form: 'bytes', multipart: 'bytes' },
  },
  {
    name: 'Express behind express.text',
    start: start(express.text({ limit, type: any })),
    keeps: { json: 'text', large: 'text', gzip: 'text', latin1: 'text', form: 'text', multipart: 'text' },
  },
  { name: 'Express behind express.urlencoded', start: start(express.urlencoded({ limit, extended: false })), keeps: { form: 'value' } },
  { name: 'Express behind multer', start: start(multer().any()), keeps: { multipart: 'consumed' } },
  {
    name: 'Express behind something that keeps nothing',
    start: start((req, _res, next) => void req.resume().once('end', () => next())),
    keeps: { json: 'consumed', large: 'consumed', gzip: 'consumed', latin1: 'consumed', form: 'consumed', multipart: 'consumed' },
  },
];
