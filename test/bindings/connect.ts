import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { aiProxy } from '@ai-proxy/connect';
import { createProxy } from '@ai-proxy/core';
import { application } from '@ai-proxy/testing';
import type { BindingUnderTest } from '@ai-proxy/testing';
import compression from 'compression';
import connect from 'connect';
import type { NextHandleFunction, Server } from 'connect';
import type { Request, Response } from 'express';
import { serve } from './serve.ts';

const headerOf = (req: IncomingMessage, name: string): string | undefined => {
  const value = req.headers[name];
  return typeof value === 'string' ? value : value?.[0];
};

/** connect with the proxy at two mounts, behind some middleware, and an application around. */
const startConnect =
  (...before: readonly NextHandleFunction[]): BindingUnderTest['start'] =>
  async (options, { askCaller }) => {
    const proxy = createProxy(options);
    const mountOptions = askCaller && { caller: (req: IncomingMessage) => askCaller((name) => headerOf(req, name)) };
    const app: Server = connect();
    app.use((_req, res, next) => {
      res.setHeader(...application.header);
      next();
    });
    for (const middleware of before) app.use(middleware);
    const ai = aiProxy<IncomingMessage>(proxy, { ...mountOptions, prefix: '/ai' });
    app.use('/ai', ai);
    app.use('/second', aiProxy<IncomingMessage>(proxy, { ...mountOptions }));
    const fail = (): never => {
      throw new Error('the application has failed');
    };
    app.use(application.brokenPath, fail);
    app.use(application.path, (_req, res) => res.end(application.text));
    app.use(`/ai${application.pathBelow}`, (_req, res) => res.end(application.textBelow));
    app.use((_error: unknown, _req: IncomingMessage, res: ServerResponse, _next: connect.NextFunction) => {
      res.statusCode = 500;
      res.end(application.brokenText);
    });
    const server = createServer(app);
    server.on('upgrade', ai.upgrade);
    return serve(server, proxy);
  };

const compressing = compression({ threshold: 0 });
// Its types are Express'; it asks nothing of a request that Node's own does not have.
const compress: NextHandleFunction = (req, res, next) => compressing(req as Request, res as Response, next);

/** A bare server of `node:http`, where the middleware finds its mounts by their prefixes. */
const startNodeHttp: BindingUnderTest['start'] = async (options, { askCaller }) => {
  const proxy = createProxy(options);
  const mountOptions = askCaller && { caller: (req: IncomingMessage) => askCaller((name) => headerOf(req, name)) };
  const ai = aiProxy<IncomingMessage>(proxy, { ...mountOptions, prefix: '/ai' });
  const second = aiProxy<IncomingMessage>(proxy, { ...mountOptions, prefix: '/second' });

  function answer(req: IncomingMessage, res: ServerResponse): void {
    if (req.url === application.path) res.end(application.text);
    else if (req.url === `/ai${application.pathBelow}`) res.end(application.textBelow);
    else if (req.url === application.brokenPath) res.writeHead(500).end(application.brokenText);
    else res.writeHead(404).end();
  }

  const server = createServer((req, res) => {
    res.setHeader(...application.header);
    ai(req, res, () => second(req, res, () => answer(req, res)));
  });
  server.on('upgrade', ai.upgrade);
  return serve(server, proxy);
};

/** connect, plain and behind compression, and `node:http`. */
export const connectBindings: readonly BindingUnderTest[] = [
  { name: 'connect', start: startConnect() },
  { name: 'connect behind compression', start: startConnect(compress) },
  { name: 'node:http', start: startNodeHttp },
];
