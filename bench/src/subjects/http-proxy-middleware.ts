import { createServer } from 'node:http';
import type { Server } from 'node:http';
import express from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';

/** http-proxy-middleware on Express with its defaults, which keep connections to the upstream open. */
export function httpProxyMiddleware(upstream: URL): Server {
  const app = express();
  app.use(createProxyMiddleware({ target: upstream.origin, changeOrigin: true }));
  return createServer(app);
}
