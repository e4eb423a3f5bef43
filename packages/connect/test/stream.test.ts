import { createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Handler, HttpReply } from '@ai-proxy/core';
import compression from 'compression';
import express from 'express';
import { describe, expect, onTestFinished, test } from 'vitest';
import { mount } from '../src/index.ts';
import { openRaw, readEnd } from './support/raw-client.ts';
import { listen, serve } from './support/servers.ts';
import { aborted, gate, until, untilStill } from './support/signals.ts';
import type { Gate } from './support/signals.ts';

const get = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n';

function streaming(chunks: AsyncIterable<string | Uint8Array>, keepAlive?: string): HttpReply {
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream; charset=utf-8' },
    body: { kind: 'stream', chunks, ...(keepAlive === undefined ? {} : { keepAlive }) },
  };
}

describe('an event stream', () => {
  const setups = {
    'without compression': (ai: Handler) => express().use('/ai', mount(ai)),
    'behind compression': (ai: Handler) =>
      express()
        .use(compression({ threshold: 0 }))
        .use('/ai', mount(ai)),
  };

  test.each(Object.keys(setups) as (keyof typeof setups)[])('%s reaches the caller event by event', async (setup) => {
    const gates: Gate<void>[] = [gate(), gate(), gate()];
    async function* events() {
      for (const [index, released] of gates.entries()) {
        await released.promise;
        yield `data: ${index}\n\n`;
      }
    }
    const { port } = await listen(createServer(setups[setup](async () => streaming(events()))));
    const caller = openRaw(port, 'GET /ai HTTP/1.1\r\nhost: a\r\naccept-encoding: gzip\r\nconnection: close\r\n\r\n');

    await caller.received('\r\n\r\n');
    for (const [index, released] of gates.entries()) {
      expect(caller.text()).not.toContain(`data: ${index}`);
      released.open();
      await caller.received(`data: ${index}\n\n`);
    }

    const { head, body, isWhole } = readEnd(await caller.closed);
    expect(head).toMatch(/cache-control: no-cache, no-transform/i);
    expect(head).toMatch(/x-accel-buffering: no/i);
    expect(body).toBe('data: 0\n\ndata: 1\n\ndata: 2\n\n');
    expect(isWhole).toBe(true);
  });

  test('sends its headers before there is any event', async () => {
    const released = gate();
    async function* events() {
      await released.promise;
      yield 'data: late\n\n';
    }
    const { port } = await serve(mount(async () => streaming(events())));
    const caller = openRaw(port, get);

    await caller.received('\r\n\r\n');
    expect(caller.text()).not.toContain('data');
    released.open();
    await caller.received('data: late');
  });

  test('shows a sign of life while it is silent, and only then', async () => {
    const released = gate();
    async function* events() {
      yield 'data: 1\n\n';
      await released.promise;
      yield 'data: 2\n\n';
    }
    const { port } = await serve(mount(async () => streaming(events(), ': ping\n\n'), { writing: { keepAlive: 20 } }));
    const caller = openRaw(port, get.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n'));

    await caller.received(': ping\n\n\r\n');
    released.open();

    const { body, isWhole } = readEnd(await caller.closed);
    expect(body.replaceAll(': ping\n\n', '')).toBe('data: 1\n\ndata: 2\n\n');
    expect(isWhole).toBe(true);
  });

  test('that breaks reaches the caller up to there and has no last chunk', async () => {
    async function* events() {
      yield 'data: 1\n\n';
      yield 'data: {"error":{}}\n\n';
      throw new Error('upstream reset');
    }
    const { port } = await serve(mount(async () => streaming(events())));

    const { body, isWhole } = readEnd(await openRaw(port, get).closed);

    expect(body).toBe('data: 1\n\ndata: {"error":{}}\n\n');
    expect(isWhole).toBe(false);
  });

  test('that breaks before its first event has headers and no end', async () => {
    // eslint-disable-next-line require-yield
    async function* events(): AsyncGenerator<string> {
      throw new Error('upstream reset');
    }
    const { port } = await serve(mount(async () => streaming(events())));

    const { head, body, isWhole } = readEnd(await openRaw(port, get).closed);

    expect(head).toMatch(/^HTTP\/1\.1 200/);
    expect({ body, isWhole }).toEqual({ body: '', isWhole: false });
  });

  test('that breaks under HTTP/1.0 ends in a reset, since a closed connection would look whole', async () => {
    const released = gate();
    async function* events() {
      yield 'data: 1\n\n';
      await released.promise;
      throw new Error('upstream reset');
    }
    const { port } = await serve(mount(async () => streaming(events())));
    const caller = openRaw(port, 'GET / HTTP/1.0\r\n\r\n');
    const error = new Promise<NodeJS.ErrnoException>((resolve) => caller.socket.once('error', resolve));

    await caller.received('data: 1');
    released.open();

    expect((await error).code).toBe('ECONNRESET');
  });

  test('that breaks lets an earlier answer on the same connection finish first', async () => {
    const released = gate();
    async function* slow() {
      await released.promise;
      yield 'data: first\n\n';
    }
    async function* broken() {
      yield 'data: second\n\n';
      throw new Error('upstream reset');
    }
    const { port } = await serve(mount(async (request) => streaming(request.target === '/1' ? slow() : broken())));
    const caller = openRaw(port, 'GET /1 HTTP/1.1\r\nhost: a\r\n\r\nGET /2 HTTP/1.1\r\nhost: a\r\n\r\n');

    await caller.received('\r\n\r\n');
    released.open();

    const text = await caller.closed;
    const [first = '', second = ''] = text.split(/(?<=\r\n0\r\n\r\n)/);
    expect(readEnd(first)).toMatchObject({ body: 'data: first\n\n', isWhole: true });
    expect(readEnd(second)).toMatchObject({ body: 'data: second\n\n', isWhole: false });
  });

  test('that nobody may have, after HEAD, is released unread', async () => {
    let read = 0;
    const returned = gate();
    const chunks: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false, value: `data: ${read++}\n\n` }),
        return: async () => {
          returned.open();
          return { done: true, value: undefined };
        },
      }),
    };
    const { port } = await serve(mount(async () => streaming(chunks)));
    const caller = openRaw(port, 'HEAD / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');

    const text = await caller.closed;
    await returned.promise;

    expect(text.endsWith('\r\n\r\n')).toBe(true);
    expect(text).toMatch(/^HTTP\/1\.1 200/);
    expect(read).toBe(0);
  });
});

describe('a caller who leaves', () => {
  test('before the answer has begun aborts the signal, and nothing is written', async () => {
    const asked = gate<AbortSignal>();
    const { port } = await serve(
      mount(async (request) => {
        asked.open(request.signal);
        throw await aborted(request.signal);
      }),
    );
    const caller = openRaw(port, get);

    const signal = await asked.promise;
    caller.socket.destroy();

    expect(await aborted(signal)).toMatchObject({ status: 499, code: 'caller_left', source: 'caller' });
  });

  test('in the middle of a stream aborts the signal and returns the iterator, though it is waiting', async () => {
    const asked = gate<AbortSignal>();
    const returned = gate();
    let next = 0;
    const chunks: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => ({
        next: () => (next++ === 0 ? Promise.resolve({ done: false, value: 'data: 1\n\n' }) : new Promise(() => {})),
        return: async () => {
          returned.open();
          return { done: true, value: undefined };
        },
      }),
    };
    const { port } = await serve(
      mount(async (request) => {
        asked.open(request.signal);
        return streaming(chunks);
      }),
    );
    const caller = openRaw(port, get);

    await caller.received('data: 1');
    caller.socket.destroy();

    expect(await aborted(await asked.promise)).toMatchObject({ code: 'caller_left' });
    await returned.promise;
  });

  test('during its upload aborts the signal, and reading the body throws', async () => {
    const started = gate<AbortSignal>();
    const failed = gate<unknown>();
    const { port } = await serve(
      mount(async (request) => {
        if (request.body.kind !== 'stream') throw new Error(request.body.kind);
        try {
          for await (const _ of request.body.stream) started.open(request.signal);
        } catch (error) {
          failed.open(error);
          throw error;
        }
        return { status: 200, headers: {} };
      }),
    );
    const caller = openRaw(port, 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\npart');

    const signal = await started.promise;
    caller.socket.destroy();

    expect(await failed.promise).toMatchObject({ code: 'caller_left' });
    expect(await aborted(signal)).toMatchObject({ code: 'caller_left' });
  });

  test('before its body was asked for is no body that ended', async () => {
    const asked = gate();
    const failed = gate<unknown>();
    const { port } = await serve(
      mount(async ({ body, signal }) => {
        asked.open();
        await aborted(signal);
        if (body.kind !== 'stream') throw new Error(body.kind);
        try {
          for await (const _ of body.stream) continue;
        } catch (error) {
          failed.open(error);
        }
        return { status: 200, headers: {} };
      }),
    );
    const caller = openRaw(port, 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\npart');

    await asked.promise;
    caller.socket.destroy();

    expect(await failed.promise).toMatchObject({ code: 'caller_left' });
  });

  test('only with its sending half still gets the whole answer, where the server allows half-open connections', async () => {
    const released = gate();
    const asked = gate<AbortSignal>();
    async function* events() {
      yield 'data: 1\n\n';
      await released.promise;
      yield 'data: 2\n\n';
    }
    const listening = await serve(
      mount(async (request) => {
        asked.open(request.signal);
        return streaming(events());
      }),
    );
    Object.assign(listening.server, { httpAllowHalfOpen: true });
    const caller = openRaw(listening.port, get, { halfOpen: true });
    await caller.received('data: 1');

    const ended = new Promise((resolve) => listening.sockets[0]?.once('end', resolve));
    caller.socket.end();
    await ended;
    expect((await asked.promise).aborted).toBe(false);
    released.open();
    await caller.received('0\r\n\r\n');

    expect(readEnd(caller.text())).toMatchObject({ body: 'data: 1\n\ndata: 2\n\n', isWhole: true });
  });

  test('because something else has answered it, aborts as well', async () => {
    const reasons = gate<unknown>();
    const ai = mount(async (request) => {
      reasons.open(await aborted(request.signal));
      return { status: 200, headers: {}, body: 'late' };
    });
    const { port } = await serve((req, res) => {
      ai(req, res);
      res.writeHead(503, { connection: 'close' }).end('busy');
    });

    const text = await openRaw(port, get).closed;

    expect(await reasons.promise).toMatchObject({ code: 'caller_left' });
    expect(text).toMatch(/^HTTP\/1\.1 503/);
    expect(text).not.toContain('late');
  });
});

describe('a caller who does not read', () => {
  test('stops the stream at a bounded number of bytes, and gets all of it when it reads again', async () => {
    const piece = 'x'.repeat(16 * 1024);
    let pulled = 0;
    async function* flood() {
      for (let sent = 0; sent < 4096; sent += 1) {
        pulled += piece.length;
        yield piece;
      }
    }
    const { port } = await serve(mount(async () => streaming(flood())));
    const res = await new Promise<IncomingMessage>((resolve) => httpRequest({ port, host: '127.0.0.1' }, resolve).end());

    await untilStill(() => pulled);
    expect(pulled).toBeLessThan(9 * 1024 * 1024);

    let bytes = 0;
    for await (const chunk of res) bytes += (chunk as Buffer).length;
    expect(bytes).toBe(4096 * piece.length);
  });

  test('for too long is given up: the signal says why, and the iterator is returned', async () => {
    const asked = gate<AbortSignal>();
    const returned = gate();
    async function* flood() {
      try {
        for (;;) yield 'x'.repeat(64 * 1024);
      } finally {
        returned.open();
      }
    }
    const { port } = await serve(
      mount(
        async (request) => {
          asked.open(request.signal);
          return streaming(flood());
        },
        { writing: { timeout: 40 } },
      ),
    );
    const caller = openRaw(port, get);
    caller.socket.pause();

    expect(await aborted(await asked.promise)).toMatchObject({ code: 'timeout_write', source: 'caller' });
    await returned.promise;
  });

  test('a whole answer for too long is cut as well', async () => {
    const { port, sockets } = await serve(
      mount(async () => ({ status: 200, headers: {}, body: Buffer.alloc(32 * 1024 * 1024) }), { writing: { timeout: 40 } }),
    );
    const caller = openRaw(port, get);
    caller.socket.pause();

    await until(() => sockets[0]?.destroyed === true);
    expect(sockets[0]?.destroyed).toBe(true);
  });
});

describe('over HTTP/2', () => {
  async function openHttp2(ai: Handler) {
    const server = createHttp2Server(mount(ai));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const client = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    onTestFinished(() => {
      client.destroy();
      server.close();
    });
    return client;
  }

  test('a stream arrives whole', async () => {
    async function* events() {
      yield 'data: 1\n\n';
      yield 'data: 2\n\n';
    }
    const client = await openHttp2(async () => streaming(events()));
    const stream = client.request({ ':path': '/' });
    let text = '';
    for await (const chunk of stream) text += String(chunk);

    expect(text).toBe('data: 1\n\ndata: 2\n\n');
    expect(stream.rstCode).toBe(0);
  });

  test('a stream that breaks arrives up to there and ends in an error code', async () => {
    async function* events() {
      yield 'data: 1\n\n';
      throw new Error('upstream reset');
    }
    const client = await openHttp2(async () => streaming(events()));
    const stream = client.request({ ':path': '/' });
    let text = '';
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
    stream.on('error', () => {});
    await new Promise((resolve) => stream.once('close', resolve));

    expect(text).toBe('data: 1\n\n');
    expect(stream.rstCode).toBe(2);
  });

  test('a caller who cancels aborts the signal', async () => {
    const asked = gate<AbortSignal>();
    const client = await openHttp2(async (request) => {
      asked.open(request.signal);
      throw await aborted(request.signal);
    });
    const stream = client.request({ ':path': '/' });
    stream.on('error', () => {});
    const signal = await asked.promise;
    stream.close(8);

    expect(await aborted(signal)).toMatchObject({ code: 'caller_left' });
  });

  test('a posted body is a stream, and a request without one has none', async () => {
    const client = await openHttp2(async (request) => {
      let text = '';
      if (request.body.kind === 'stream') for await (const chunk of request.body.stream) text += Buffer.from(chunk).toString();
      return { status: 200, headers: {}, body: `${request.body.kind} ${text}` };
    });
    async function ask(method: string, body?: string): Promise<string> {
      const stream = client.request({ ':path': '/', ':method': method }, { endStream: body === undefined });
      if (body !== undefined) stream.end(body);
      let text = '';
      for await (const chunk of stream) text += String(chunk);
      return text;
    }

    expect(await ask('GET')).toBe('none ');
    expect(await ask('POST', 'hello')).toBe('stream hello');
  });
});
