import type { Handler, HttpReply } from '@ai-proxy/core';
import { sendRaw } from '@ai-proxy/testing';
import Koa from 'koa';
import type { Context, Middleware } from 'koa';
import compress from 'koa-compress';
import { describe, expect, test } from 'vitest';
import { mount } from '../src/index.ts';
import { serveKoa, watchSilence } from './support/serve-koa.ts';

const whole =
  (status: number, body: string, headers: Record<string, string> = { 'content-type': 'application/json' }): Handler =>
  async () => ({ status, headers, body });

function streaming(chunks: AsyncIterable<string>): HttpReply {
  return { status: 200, headers: { 'content-type': 'text/event-stream' }, body: { kind: 'stream', chunks } };
}

interface Seen {
  readonly status: number;
  readonly type: string;
  readonly length: number | undefined;
  readonly message: string;
  readonly isEnded: boolean;
  readonly respond: boolean | undefined;
}

/** An application whose first middleware looks at the answer when everything below it has settled. */
function watched(handler: Handler): { readonly app: Koa; readonly seen: Seen[] } {
  const seen: Seen[] = [];
  const app = new Koa()
    .use(async (ctx, next) => {
      await next();
      const { status, type, length, message } = ctx.response;
      seen.push({ status, type, length, message, isEnded: ctx.res.writableFinished, respond: ctx.respond });
    })
    .use(mount(handler));
  return { app, seen };
}

describe('middleware above', () => {
  test('sees a whole answer as it was, when the network has taken it', async () => {
    const { app, seen } = watched(whole(201, '{"a":1}'));
    const { port } = await serveKoa(app);
    await sendRaw({ port });

    expect(seen).toEqual([{ status: 201, type: 'application/json', length: 7, message: 'Created', isEnded: true, respond: false }]);
  });

  test('sees a stream when its last event has gone', async () => {
    const order: string[] = [];
    const { app, seen } = watched(async () =>
      streaming(
        (async function* () {
          for (const event of ['one', 'two']) {
            await new Promise(setImmediate);
            order.push(event);
            yield `data: ${event}\n\n`;
          }
        })(),
      ),
    );
    const { port } = await serveKoa(app);
    const { text } = await sendRaw({ port });
    order.push(`seen ${seen.length}`);

    expect(text).toBe('data: one\n\ndata: two\n\n');
    expect(order.slice(0, 2)).toEqual(['one', 'two']);
    expect(seen).toEqual([{ status: 200, type: 'text/event-stream', length: undefined, message: 'OK', isEnded: true, respond: false }]);
  });

  test('that has named a status before does not speak in the answer', async () => {
    const app = new Koa()
      .use((ctx, next) => {
        ctx.status = 402;
        return next();
      })
      .use(mount(whole(200, '{}')));
    const { port } = await serveKoa(app);
    let start = '';
    await sendRaw({ port, onBytes: (bytes) => (start ||= new TextDecoder().decode(bytes).split('\r\n', 1)[0] ?? '') });

    expect(start).toBe('HTTP/1.1 200 OK');
  });

  test('keeps the headers that it has set, but for those of the answer', async () => {
    const app = new Koa()
      .use((ctx, next) => {
        ctx.set({ 'x-application': 'around', 'content-type': 'text/html' });
        return next();
      })
      .use(mount(whole(200, '{}')));
    const { port } = await serveKoa(app);

    expect((await sendRaw({ port })).headers).toMatchObject({ 'x-application': 'around', 'content-type': 'application/json' });
  });

  const latecomers: Record<string, (ctx: Context) => void> = {
    'a body': (ctx) => (ctx.body = 'late'),
    'no body': (ctx) => (ctx.body = null),
    'a status and a header': (ctx) => {
      ctx.status = 404;
      ctx.set('x-late', '1');
    },
    'a redirect': (ctx) => ctx.redirect('/late'),
  };
  test.each(Object.keys(latecomers))('changes nothing by %s that comes too late', async (name) => {
    const isSilent = watchSilence();
    const app = new Koa()
      .use(async (ctx, next) => {
        await next();
        latecomers[name]?.(ctx);
      })
      .use(mount(whole(200, '{}')));
    const { port, reported } = await serveKoa(app);
    const { status, text, headers, extra } = await sendRaw({ port, headers: { connection: 'keep-alive' }, lingerMs: 20 });

    expect({ status, text, late: headers['x-late'], extra: extra.length }).toEqual({ status: 200, text: '{}', late: undefined, extra: 0 });
    expect(reported).toEqual([]);
    isSilent();
  });

  test('that sets a cookie too late is told so by Koa, and the answer stays whole', async () => {
    const app = new Koa()
      .use(async (ctx, next) => {
        await next();
        ctx.cookies.set('session', '1');
      })
      .use(mount(whole(200, '{}')));
    app.silent = true;
    const { port, reported } = await serveKoa(app);

    expect(await sendRaw({ port })).toMatchObject({ status: 200, text: '{}', ending: 'complete' });
    expect(reported).toEqual([expect.objectContaining({ code: 'ERR_HTTP_HEADERS_SENT' })]);
  });

  test('that fails after the answer is reported, and the answer stays whole', async () => {
    const late = new Error('the logger is full');
    const app = new Koa()
      .use(async (_ctx, next) => {
        await next();
        throw late;
      })
      .use(mount(whole(200, '{}')));
    app.silent = true;
    const { port, reported } = await serveKoa(app);

    expect(await sendRaw({ port })).toMatchObject({ status: 200, text: '{}', ending: 'complete' });
    expect(reported).toEqual([late]);
  });
});

describe('middleware that does not wait', () => {
  /** Answers by itself as soon as something has happened, as a timeout does. */
  const impatient =
    (happened: Promise<unknown>): Middleware =>
    async (ctx, next) => {
      await Promise.race([next(), happened]);
      ctx.status = 503;
      ctx.body = 'too slow';
    };

  test('answers in place of the proxy, and what that was doing is stopped', async () => {
    const asked = Promise.withResolvers<void>();
    const stopped = Promise.withResolvers<unknown>();
    const app = new Koa().use(impatient(asked.promise)).use(
      mount(async ({ signal }) => {
        asked.resolve();
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        stopped.resolve(signal.reason);
        return { status: 200, headers: {}, body: 'late' };
      }),
    );
    const { port, reported } = await serveKoa(app);

    const { status, text, extra } = await sendRaw({ port, lingerMs: 20 });

    expect([status, text, extra.length]).toEqual([503, 'too slow', 0]);
    expect(await stopped.promise).toMatchObject({ code: 'caller_left' });
    expect(reported).toEqual([]);
  });

  test('writes nothing into a stream that has begun, and does not end it', async () => {
    const begun = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<void>();
    const app = new Koa()
      .use(async (_ctx, next) => {
        await next();
        // Koa has its turn before what comes then.
        setImmediate(answered.resolve);
      })
      .use(impatient(begun.promise))
      .use(
        mount(async () =>
          streaming(
            (async function* () {
              yield 'data: 1\n\n';
              begun.resolve();
              await answered.promise;
              yield 'data: 2\n\n';
            })(),
          ),
        ),
      );
    const { port, reported } = await serveKoa(app);

    expect(await sendRaw({ port })).toMatchObject({ status: 200, text: 'data: 1\n\ndata: 2\n\n', ending: 'complete' });
    expect(reported).toEqual([]);
  });
});

describe('Koa', () => {
  test.each([
    ['a whole answer', whole(200, '{}')],
    ['an error', whole(404, '{"error":{}}')],
    ['no content', whole(204, '', {})],
    ['a stream', async () => streaming((async function* () {})())],
  ])('writes nothing behind %s, and the connection goes on', async (_name, handler) => {
    const isSilent = watchSilence();
    const { port, reported } = await serveKoa(new Koa().use(mount(handler)));
    const request = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n';
    const raw = `${request}GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`;
    const { extra, status, ending } = await sendRaw({ port, raw, lingerMs: 50 });

    const second = new TextDecoder().decode(extra);
    expect(ending).toBe('complete');
    expect(second).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(second).not.toContain('Not Found\r\n\r\n');
    expect(second.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(reported).toEqual([]);
    isSilent();
  });

  test('lets a stream that breaks be cut, and does not answer for it', async () => {
    const isSilent = watchSilence();
    const { app, seen } = watched(async () =>
      streaming(
        (async function* () {
          yield 'data: 1\n\n';
          throw new Error('upstream reset');
        })(),
      ),
    );
    const { port, reported } = await serveKoa(app);

    expect(await sendRaw({ port })).toMatchObject({ status: 200, text: 'data: 1\n\n', ending: 'cut' });
    expect(seen).toMatchObject([{ status: 200, isEnded: false, respond: false }]);
    expect(reported).toEqual([]);
    isSilent();
  });
});

describe('behind koa-compress', () => {
  const compressed = (handler: Handler): Koa => new Koa().use(compress({ threshold: 0 })).use(mount(handler));
  const headers = { 'accept-encoding': 'gzip, br' };

  test('a stream reaches the caller event by event', async () => {
    const arrivals = [0, 1, 2].map(() => Promise.withResolvers<void>());
    let text = '';
    const { port } = await serveKoa(
      compressed(async () =>
        streaming(
          (async function* () {
            for (const [index, arrival] of arrivals.entries()) {
              yield `data: ${index}\n\n`;
              // Not one more before this one is there.
              await arrival.promise;
            }
          })(),
        ),
      ),
    );
    const verdict = await sendRaw({
      port,
      headers,
      onBytes(bytes) {
        text += new TextDecoder().decode(bytes);
        for (const [index, arrival] of arrivals.entries()) if (text.includes(`data: ${index}\n\n`)) arrival.resolve();
      },
    });

    expect(verdict).toMatchObject({ text: 'data: 0\n\ndata: 1\n\ndata: 2\n\n', ending: 'complete' });
    expect(verdict.headers).toMatchObject({ 'cache-control': 'no-cache, no-transform', vary: 'Accept-Encoding' });
    expect(verdict.headers).not.toHaveProperty('content-encoding');
  });

  test('a whole answer arrives whole', async () => {
    const text = JSON.stringify({ text: 'x'.repeat(10_000) });
    const { port } = await serveKoa(compressed(whole(200, text)));

    expect(await sendRaw({ port, headers })).toMatchObject({ status: 200, text, ending: 'complete' });
  });

  test('what is not ours is compressed as ever', async () => {
    const app = compressed(async () => undefined).use((ctx) => {
      ctx.body = 'x'.repeat(10_000);
    });
    const { url } = await serveKoa(app);
    const answer = await fetch(url, { headers: { 'accept-encoding': 'gzip' } });

    expect(answer.headers.get('content-encoding')).toBe('gzip');
    expect((await answer.text()).length).toBe(10_000);
  });
});
