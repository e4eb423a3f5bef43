import { createServer } from 'node:http';
import { createProxy } from '@ai-proxy/core';
import { aiProxy } from '@ai-proxy/express';
import { application } from '@ai-proxy/testing';
import type { BindingUnderTest, BoundServer } from '@ai-proxy/testing';
import compression from 'compression';
import express from 'express';
import type { ErrorRequestHandler, Express, Request, RequestHandler } from 'express';
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
    const answerErrors: ErrorRequestHandler = (_error, _req, res, _next) => void res.status(500).send(application.brokenText);
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
