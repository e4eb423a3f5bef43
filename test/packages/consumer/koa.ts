import { createProxy } from '@ai-proxy/core';
import { aiProxy, mount } from '@ai-proxy/koa';
import { mistral } from '@ai-proxy/mistral';
import { ollama } from '@ai-proxy/ollama';
import Koa from 'koa';

const proxy = createProxy({ providers: [mistral(), ollama()] });

export const app = new Koa()
  .use(aiProxy({ prefix: '/ai', providers: [mistral()], caller: (context) => ({ id: context.ip }) }))
  .use(aiProxy(proxy, { prefix: '/same', caller: (context) => ({ id: context.get('x-user') }) }))
  .use(mount(async () => ({ status: 200, headers: {}, body: 'ok' }), { prefix: '/status' }));
