import { createProxy } from '@ai-proxy/core';
import { aiProxy, mount } from '@ai-proxy/express';
import { mistral } from '@ai-proxy/mistral';
import { ollama } from '@ai-proxy/ollama';
import express from 'express';

const proxy = createProxy({ providers: [mistral(), ollama()] });
const router = express.Router().use(aiProxy(proxy));

export const app = express()
  .use('/ai', aiProxy({ providers: [mistral()], caller: (request) => ({ id: request.ip ?? 'unknown' }) }))
  .use(aiProxy(proxy, { prefix: '/same', caller: (request) => ({ id: request.get('x-user') ?? 'unknown' }) }))
  .use('/router', router)
  .use(
    '/status',
    mount(async () => ({ status: 200, headers: {}, body: 'ok' })),
  );
