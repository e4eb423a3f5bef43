import type { IncomingMessage, ServerResponse } from 'node:http';
import { createProxy, ProxyError } from '@ai-proxy/core';
import type { Handler, HttpReply } from '@ai-proxy/core';
import { mistral } from '@ai-proxy/mistral';
import { describe, expect, test } from 'vitest';
import { bindHandler, bindProxy } from '../src/index.ts';
import { openRaw } from './support/raw-client.ts';
import { serve } from './support/servers.ts';
import { gate, until, untilStill } from './support/signals.ts';

const get = 'GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n';
const framework = { context: undefined, body: undefined, originalUrl: undefined };

/** Serves a handler as a binding does, and tells how the response stood when serving resolved. */
async function open(handler: Handler) {
  const asked = gate<ServerResponse>();
  const resolved = gate<{ readonly isEnded: boolean; readonly isClosed: boolean }>();
  const serving = bindHandler<undefined>(handler);
  async function listener(req: IncomingMessage, res: ServerResponse): Promise<void> {
    asked.open(res);
    await serving(req, res, framework);
    resolved.open({ isEnded: res.writableFinished, isClosed: res.closed });
  }
  const { port } = await serve((req, res) => void listener(req, res));
  return { port, asked: asked.promise, resolved: resolved.promise };
}

function streaming(chunks: AsyncIterable<string>): HttpReply {
  return { status: 200, headers: { 'content-type': 'text/event-stream' }, body: { kind: 'stream', chunks } };
}

describe('serving resolves', () => {
  test('when the network has taken a stream', async () => {
    const { port, resolved } = await open(async () =>
      streaming(
        (async function* () {
          yield 'data: 1\n\n';
        })(),
      ),
    );
    openRaw(port, get);

    expect(await resolved).toEqual({ isEnded: true, isClosed: true });
  });

  test('when the network has taken a whole answer, however large, and not before', async () => {
    const { port, asked, resolved } = await open(async () => ({ status: 200, headers: {}, body: Buffer.alloc(32 * 1024 * 1024) }));
    const caller = openRaw(port, get);
    caller.socket.pause();
    let isOver = false;
    void resolved.then(() => (isOver = true));

    const res = await asked;
    await until(() => res.writableEnded);
    await untilStill(() => res.writableLength);
    expect(isOver).toBe(false);
    caller.socket.resume();

    expect(await resolved).toEqual({ isEnded: true, isClosed: true });
  });

  test('when the network has taken an error of ours', async () => {
    const { port, resolved } = await open(async () => {
      throw new ProxyError('Set MISTRAL_API_KEY', { status: 503, code: 'not_configured' });
    });
    openRaw(port, get);

    expect(await resolved).toEqual({ isEnded: true, isClosed: true });
  });

  test('when the caller has left', async () => {
    const asked = gate();
    const { port, resolved } = await open(async ({ signal }) => {
      asked.open();
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return undefined;
    });
    const caller = openRaw(port, get);
    await asked.promise;
    caller.socket.destroy();

    expect(await resolved).toEqual({ isEnded: false, isClosed: true });
  });

  test('at once when another is to answer', async () => {
    const asked: string[] = [];
    const { serve: serving } = bindProxy(createProxy({ providers: [mistral({ apiKey: 'k' })] }));
    const { port } = await serve((req, res) => {
      void serving(req, res, { ...framework, context: req }, () => asked.push('next')).then(() => {
        asked.push(res.headersSent ? 'answered' : 'open');
        res.end();
      });
    });
    await openRaw(port, get).closed;

    expect(asked).toEqual(['next', 'open']);
  });
});
