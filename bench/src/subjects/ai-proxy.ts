import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { createProxy } from '@ai-proxy/core';
import { aiProxy } from '@ai-proxy/express';
import { mistral } from '@ai-proxy/mistral';
import { ollama } from '@ai-proxy/ollama';
import express from 'express';
import { upstreamKey } from '../upstream-key.ts';

/** ai-proxy on Express as its first example mounts it: a provider for each API of the upstream, no policies. */
export function ours(upstream: URL): Server {
  const app = express();
  const providers = [mistral({ baseURL: upstream.origin, apiKey: upstreamKey }), ollama({ baseURL: upstream.origin })];
  app.use('/ai', aiProxy(createProxy({ providers })));
  return createServer(app);
}
