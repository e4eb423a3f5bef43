import compress from '@fastify/compress';
import { bindProxy } from '@ai-proxy/connect';
import { createProxy } from '@ai-proxy/core';
import type { Proxy } from '@ai-proxy/core';
import { application } from '@ai-proxy/testing';
import type { AskCaller, BindingBehindParser, BindingUnderTest, BoundServer } from '@ai-proxy/testing';
import Fastify from 'fastify';
import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify';

/** Whether Fastify's own parser of JSON reads bodies before the proxy does. */
type Parsing = 'raw' | 'parsed';

/** Fastify with the proxy in two scopes, in either state of the body, and an application around. */
const start =
  (parsing: Parsing, prepare?: (app: FastifyInstance) => Promise<unknown>): BindingUnderTest['start'] =>
  async (options, { askCaller }): Promise<BoundServer> => {
    const proxy = createProxy(options);
    const app = Fastify({ bodyLimit: 20 * 1024 * 1024, forceCloseConnections: true });
    app.addHook('onRequest', (_request, reply, done) => {
      reply.header(...application.header);
      done();
    });
    await prepare?.(app);
    for (const prefix of ['/ai', '/second']) await app.register((scope) => mount(scope, proxy, parsing, askCaller), { prefix });
    app.get(`/ai${application.pathBelow}`, () => application.textBelow);
    app.get(application.path, () => application.text);
    app.get(application.brokenPath, () => {
      throw new Error('the application has failed');
    });
    app.setErrorHandler<FastifyError>((error, _request, reply) => {
      // Those that have a status are Fastify's own: a body that its parser refuses.
      if (error.statusCode === undefined) reply.status(500).send(application.brokenText);
      else reply.send(error);
    });
    const origin = await app.listen({ port: 0, host: '127.0.0.1' });
    return {
      url: `${origin}/ai`,
      secondUrl: `${origin}/second`,
      async close() {
        await proxy.close({ grace: 0 });
        await app.close();
      },
    };
  };

async function mount(scope: FastifyInstance, proxy: Proxy, parsing: Parsing, askCaller: AskCaller | undefined): Promise<void> {
  const ai = bindProxy<FastifyRequest>(proxy, {
    prefix: scope.prefix,
    ...(askCaller && {
      caller: ({ headers }) =>
        askCaller((name) => {
          const value = headers[name];
          return typeof value === 'string' ? value : value?.[0];
        }),
    }),
  });
  if (parsing === 'raw') scope.removeAllContentTypeParsers();
  // What no parser reads is the proxy's to read, and Fastify's of JSON reads every charset as UTF-8.
  scope.addContentTypeParser(['*', 'application/json; charset=iso-8859-1'], (_request, _payload, parsed) => parsed(null));
  scope.all('/*', { decompress: parsing === 'raw' ? false : {} }, (request, reply) => {
    for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) reply.raw.setHeader(name, value);
    reply.hijack();
    return ai.serve(request.raw, reply.raw, { context: request, body: request.body, originalUrl: undefined });
  });
  if (scope.prefix === '/ai') scope.server.on('upgrade', ai.upgrade);
}

const withCompression = async (app: FastifyInstance): Promise<void> => {
  await app.register(compress, { threshold: 0 });
};

/** Fastify with bodies left raw, plain and behind compression. */
export const fastifyBindings: readonly BindingUnderTest[] = [
  { name: 'Fastify', start: start('raw') },
  { name: 'Fastify behind compression', start: start('raw', withCompression) },
];

const readAsUtf8 = { json: 'value', empty: 'refused', large: 'value' } as const;

/** Fastify with its own parser of JSON in front, which knows no coding, and behind what undoes them. */
export const fastifyParsers: readonly BindingBehindParser[] = [
  { name: 'Fastify with its JSON parser', start: start('parsed'), keeps: { ...readAsUtf8, gzip: 'refused' } },
  {
    name: 'Fastify with its JSON parser, behind compression',
    start: start('parsed', withCompression),
    keeps: { ...readAsUtf8, gzip: 'value' },
  },
];
