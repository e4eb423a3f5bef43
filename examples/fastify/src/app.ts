import { fallback } from '@ai-proxy/core';
import { mistral } from '@ai-proxy/mistral';
import type { MistralOptions } from '@ai-proxy/mistral';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { aiPlugin } from './ai-plugin.ts';

declare module 'fastify' {
  interface FastifyRequest {
    user: { readonly id: string } | undefined;
  }
}

/** An application of yours, with an AI gateway under `/ai` for those who have signed in. */
export function createApp(options?: MistralOptions): FastifyInstance {
  const app = Fastify();

  // Stands for the sign-in that an application has: here a name in a header is believed.
  app.decorateRequest('user');
  app.addHook('onRequest', (request, _reply, done) => {
    const name = request.headers['x-user'];
    request.user = typeof name === 'string' ? { id: name } : undefined;
    done();
  });

  app.register(
    aiPlugin({
      providers: [mistral(options)],
      aliases: { fast: fallback('mistral/mistral-small-latest', 'mistral/ministral-8b-latest') },
      caller: (request) => request.user,
    }),
    { prefix: '/ai' },
  );
  app.get('/', () => 'The application itself. Models are under /ai/v1.');
  return app;
}
