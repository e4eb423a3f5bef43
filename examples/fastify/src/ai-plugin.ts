// #region plugin
import { bindProxy } from '@ai-proxy/connect';
import type { AiProxyOptions } from '@ai-proxy/connect';
import type { FastifyPluginCallback, FastifyRequest } from 'fastify';

/** For `@fastify/compress`, which would read compressed requests before the gateway does. */
const unread: object = { decompress: false };

/** The AI gateway as a plugin: `app.register(aiPlugin({ providers: [mistral()] }), { prefix: '/ai' })`. */
export const aiPlugin =
  (options: Omit<AiProxyOptions<FastifyRequest>, 'prefix'>): FastifyPluginCallback =>
  (scope, _options, done) => {
    const { serve, proxy } = bindProxy<FastifyRequest>({ ...options, prefix: scope.prefix });
    // In this scope nobody reads bodies but the gateway: JSON within its own bounds, uploads as they come.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));
    scope.all('/*', { ...unread }, (request, reply) => {
      // What plugins have set so far (CORS, rate limits) goes out with the gateway's own headers.
      for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) reply.raw.setHeader(name, value);
      reply.hijack();
      return serve(request.raw, reply.raw, { context: request, body: request.body, originalUrl: undefined });
    });
    // Before the server waits for its connections: what is still under way then gets an end.
    scope.addHook('preClose', () => proxy.close());
    done();
  };
// #endregion
