import { aiProxy as connectProxy, mount } from '@ai-proxy/connect';
import { createProxy } from '@ai-proxy/core';
import { aiProxy as expressProxy } from '@ai-proxy/express';
import { mistral } from '@ai-proxy/mistral';
import { ollama } from '@ai-proxy/ollama';
import connect from 'connect';
import express from 'express';

/** What a user writes, with every binding; compiled against the packed packages with different compilers, and never run. */
export const providers = [mistral(), ollama()];
const proxy = createProxy({ providers });

export const expressApp = express()
  .use('/ai', expressProxy({ providers, caller: (request) => ({ id: request.ip ?? 'unknown' }) }))
  .use('/same', expressProxy(proxy, { prefix: '/same' }));

export const connectApp = connect()
  .use('/ai', connectProxy({ providers, caller: (req) => ({ id: req.socket.remoteAddress ?? 'unknown' }) }))
  .use(
    '/status',
    mount(async () => ({ status: 200, headers: {}, body: 'ok' })),
  );

export const fetched: Promise<unknown> = proxy.fetch('http://proxy/v1/models', {}).then((response) => response.json());
