import { createProxy } from '@ai-proxy/core';
import { mistral } from '@ai-proxy/mistral';
import type { MistralOptions } from '@ai-proxy/mistral';
import { Hono } from 'hono';
import { createMiddleware } from 'hono/factory';

interface Environment {
  Variables: { user: { id: string } | undefined };
}

/** Stands for the sign-in that an application has: here a name in a header is believed. */
const signIn = createMiddleware<Environment>(async (c, next) => {
  const name = c.req.header('x-user');
  c.set('user', name === undefined ? undefined : { id: name });
  await next();
});

/** An application of yours, with an AI gateway under `/ai` for those who have signed in. */
export function createApp(options?: MistralOptions): Hono<Environment> {
  const proxy = createProxy({ providers: [mistral(options)], aliases: { fast: 'mistral/mistral-small-latest' } });
  const app = new Hono<Environment>();
  app.use(signIn);
  // What a server owes its callers: a sign of life in a silent stream, and an end to one that nobody takes.
  const { keepAlive, timeout: writeTimeout } = proxy.writing;
  app.all('/ai/*', (c) => proxy.fetch(c.req.raw, { prefix: '/ai', caller: c.get('user'), keepAlive, writeTimeout }));
  app.get('/', (c) => c.text('The application itself. Models are under /ai/v1.'));
  return app;
}
