import { createServer } from 'node:http';
import { constants, createServer as createHttp2Server, connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { Handler, HttpReply } from '@ai-proxy/core';
import { mistral } from '@ai-proxy/mistral';
import Koa from 'koa';
import type { Middleware } from 'koa';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { aiProxy, mount } from '../src/index.ts';
import { serveKoa, watchSilence } from './support/serve-koa.ts';

const get = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n';
const halfAPost = 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\npart';

function streaming(chunks: AsyncIterable<string>): HttpReply {
  return { status: 200, headers: { 'content-type': 'text/event-stream' }, body: { kind: 'stream', chunks } };
}

const untilAborted = (signal: AbortSignal): Promise<unknown> =>
  signal.aborted ? Promise.resolve() : new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));

/** One phase: what is asked, what answers, when the caller leaves, and what middleware above the proxy sees then. */
interface Phase {
  readonly request: string;
  readonly status: number;
  /** Opens `ready` when it is time for the caller to leave. */
  readonly middleware: (ready: () => void) => Middleware | Promise<Middleware>;
  /** Whether the caller takes anything before it leaves. */
  readonly reads?: boolean;
}

const answers = (handler: (ready: () => void) => Handler) => (ready: () => void) => mount(handler(ready));

const phases: Record<string, Phase> = {
  'before there is an answer': {
    request: get,
    status: 499,
    middleware: answers((ready) => async ({ signal }) => {
      ready();
      await untilAborted(signal);
      throw signal.reason;
    }),
  },
  'before there is an answer that comes all the same': {
    request: get,
    status: 499,
    middleware: answers((ready) => async ({ signal }) => {
      ready();
      await untilAborted(signal);
      return { status: 200, headers: {}, body: 'late' };
    }),
  },
  'before a bug shows': {
    request: get,
    status: 499,
    middleware: answers((ready) => async ({ signal }) => {
      ready();
      await untilAborted(signal);
      throw new Error('a consequence');
    }),
  },
  'during its upload': {
    request: halfAPost,
    status: 499,
    middleware: answers((ready) => async ({ body }) => {
      if (body.kind === 'stream') for await (const _ of body.stream) ready();
      return { status: 200, headers: {} };
    }),
  },
  'between two events': {
    request: get,
    status: 200,
    reads: true,
    middleware: answers(
      (ready) =>
        async ({ signal }) =>
          streaming(
            (async function* () {
              yield 'data: 1\n\n';
              ready();
              await untilAborted(signal);
            })(),
          ),
    ),
  },
  'in a flood of events that it does not read': {
    request: get,
    status: 200,
    middleware: answers(
      (ready) => async () =>
        streaming(
          (async function* () {
            for (let sent = 0; ; sent += 1) {
              yield 'x'.repeat(64 * 1024);
              if (sent === 10) ready();
            }
          })(),
        ),
    ),
  },
  'in a whole answer that it does not read': {
    request: get,
    status: 200,
    middleware: answers((ready) => async () => {
      setImmediate(ready);
      return { status: 200, headers: {}, body: Buffer.alloc(32 * 1024 * 1024) };
    }),
  },
  'during a relayed download': {
    request: 'GET /mistral/v1/files/1/content HTTP/1.1\r\nhost: a\r\n\r\n',
    status: 200,
    reads: true,
    async middleware(ready) {
      const upstream = createServer((_req, res) => {
        res.writeHead(200, { 'content-type': 'application/octet-stream' }).write('part');
        setImmediate(ready);
      });
      await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
      onTestFinished(async () => {
        upstream.closeAllConnections();
        await new Promise((resolve) => upstream.close(resolve));
      });
      const { port } = upstream.address() as AddressInfo;
      return aiProxy({ providers: [mistral({ apiKey: 'k', baseURL: `http://127.0.0.1:${port}` })] });
    },
  },
};

const ways: Record<string, (socket: Socket) => unknown> = {
  'closes its connection': (socket) => socket.destroy(),
  'resets its connection': (socket) => socket.resetAndDestroy(),
};

const cases = Object.keys(ways).flatMap((way) => Object.keys(phases).map((phase) => [way, phase] as const));

describe.each(cases)('a caller who %s %s', (way, name) => {
  const phase = phases[name];
  if (phase === undefined) throw new Error(name);

  test('is nobody’s error, and what stands above learns of it', async () => {
    const isSilent = watchSilence();
    const ready = Promise.withResolvers<void>();
    const settled = Promise.withResolvers<{ status: number; respond: boolean | undefined }>();
    const app = new Koa()
      .use(async (ctx, next) => {
        await next();
        settled.resolve({ status: ctx.status, respond: ctx.respond });
      })
      .use(await phase.middleware(ready.resolve));
    const { port, sockets, reported } = await serveKoa(app);
    const caller = connect({ port, host: '127.0.0.1' });
    caller.on('error', () => {});
    if (phase.reads === true) caller.resume();
    else caller.pause();
    caller.write(phase.request);

    await ready.promise;
    ways[way]?.(caller);

    expect(await settled.promise).toEqual({ status: phase.status, respond: false });
    await vi.waitFor(() => expect(sockets[0]?.closed).toBe(true));
    await new Promise(setImmediate);
    expect(reported).toEqual([]);
    isSilent();
  });
});

describe('other errors are still reported:', () => {
  test('a caller who resets while a route of the application answers', async () => {
    const asked = Promise.withResolvers<void>();
    const app = new Koa().use(mount(async () => undefined)).use(async () => {
      asked.resolve();
      await new Promise(() => {});
    });
    app.silent = true;
    const { port, reported } = await serveKoa(app);
    const caller = connect({ port, host: '127.0.0.1' });
    caller.on('error', () => {});
    caller.write(get);
    await asked.promise;
    caller.resetAndDestroy();

    await vi.waitFor(() => expect(reported).toEqual([expect.objectContaining({ code: 'ECONNRESET' })]));
  });

  test('middleware that fails after its caller has left', async () => {
    const asked = Promise.withResolvers<void>();
    const late = Object.assign(new Error('the database has gone'), { code: 'ECONNRESET' });
    const app = new Koa()
      .use(async (_ctx, next) => {
        await next();
        throw late;
      })
      .use(
        mount(async ({ signal }) => {
          asked.resolve();
          await untilAborted(signal);
          return { status: 200, headers: {} };
        }),
      );
    app.silent = true;
    const { port, reported } = await serveKoa(app);
    const caller = connect({ port, host: '127.0.0.1' });
    caller.on('error', () => {});
    caller.write(get);
    await asked.promise;
    caller.resetAndDestroy();

    await vi.waitFor(() => expect(reported).toEqual([late]));
  });
});

test.each([
  ['cancels', constants.NGHTTP2_CANCEL],
  ['breaks off', constants.NGHTTP2_PROTOCOL_ERROR],
])('a caller who %s over HTTP/2 is nobody’s error', async (_way, code) => {
  const isSilent = watchSilence();
  const ready = Promise.withResolvers<void>();
  const settled = Promise.withResolvers<number>();
  const reported: unknown[] = [];
  const app = new Koa()
    .use(async (ctx, next) => {
      await next();
      settled.resolve(ctx.status);
    })
    .use(
      mount(async ({ signal }) =>
        streaming(
          (async function* () {
            yield 'data: 1\n\n';
            ready.resolve();
            await untilAborted(signal);
          })(),
        ),
      ),
    );
  app.on('error', (error) => reported.push(error));
  const answer = app.callback();
  const server = createHttp2Server((req, res) => void answer(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => {
    client.destroy();
    server.close();
  });
  const stream = client.request({ ':path': '/' });
  stream.on('error', () => {}).resume();
  await ready.promise;
  stream.close(code);

  expect(await settled.promise).toBe(200);
  await new Promise(setImmediate);
  expect(reported).toEqual([]);
  isSilent();
});
