import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { createProxy } from '@ai-proxy/core';
import { aiProxy } from '@ai-proxy/express';
import { mistral } from '@ai-proxy/mistral';
import express from 'express';
import { upstreamKey } from '../upstream-key.ts';

/** ai-proxy on Express as its first example mounts it: one provider, no policies. */
export function ours(upstream: URL): Server {
  const app = express();
  app.use('/ai', aiProxy(createProxy({ providers: [mistral({ baseURL: upstream.origin, apiKey: upstreamKey })] })));
  return createServer(app);
}
