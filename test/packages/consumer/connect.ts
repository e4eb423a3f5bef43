import { aiProxy, mount } from '@ai-proxy/connect';
import { createProxy } from '@ai-proxy/core';
import { mistral } from '@ai-proxy/mistral';
import { ollama } from '@ai-proxy/ollama';
import connect from 'connect';

const proxy = createProxy({ providers: [mistral(), ollama()] });

export const app = connect()
  .use('/ai', aiProxy({ providers: [mistral()], caller: (req) => ({ id: req.socket.remoteAddress ?? 'unknown' }) }))
  .use('/same', aiProxy(proxy, { prefix: '/same' }))
  .use(
    '/status',
    mount(async () => ({ status: 200, headers: {}, body: 'ok' })),
  );

export const listed: Promise<unknown> = proxy.fetch('http://proxy/v1/models').then((response) => response.json());
