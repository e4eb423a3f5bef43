import { createHash, randomBytes } from 'node:crypto';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders, RequestOptions, Server } from 'node:http';
import type { HttpHeaders, HttpRelay, RelayEnd } from '@ai-proxy/core';
import { headerValue, ProxyError } from '@ai-proxy/core';
import express from 'express';
import type { ErrorRequestHandler } from 'express';
import { describe, expect, test } from 'vitest';
import { mount } from '../src/index.ts';
import type { MountOptions } from '../src/index.ts';
import { openRaw, readEnd } from './support/raw-client.ts';
import { serve, serveRaw } from './support/servers.ts';
import type { Listening } from './support/servers.ts';
import { gate, until, untilStill } from './support/signals.ts';

interface Relaying extends Listening {
  readonly ends: RelayEnd[];
}

type RelayChoices = Partial<Pick<HttpRelay, 'headers' | 'responseHeaders' | 'url' | 'method' | 'clocks' | 'signal'>>;

const noClocks = { connect: 0, firstByte: 0, idle: 0 };

/** A proxy that relays everything to one upstream, and keeps how each exchange ended. */
async function relayTo(upstream: string, choices: RelayChoices = {}, options: MountOptions = {}): Promise<Relaying> {
  const ends: RelayEnd[] = [];
  const ai = mount(async (request) => {
    const { body } = request;
    return {
      status: 200,
      headers: { 'x-ai-proxy-id': 'call-1' },
      body: {
        kind: 'relay',
        url: choices.url ?? new URL(upstream + request.target),
        method: choices.method ?? request.method,
        headers: choices.headers ?? { authorization: 'Bearer operator', 'content-type': 'application/octet-stream' },
        ...(body.kind === 'bytes' ? { body: body.bytes } : {}),
        ...(body.kind === 'value' ? { body: Buffer.from(JSON.stringify(body.value)) } : {}),
        signal: choices.signal ?? request.signal,
        clocks: choices.clocks ?? noClocks,
        responseHeaders: choices.responseHeaders ?? ((_status, headers) => pick(headers, ['content-type', 'content-range', 'etag'])),
        settle: (end) => void ends.push(end),
        failure: (error) => ({
          status: error instanceof ProxyError ? error.status : 500,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ detail: error instanceof ProxyError ? error.code : null }),
        }),
      },
    };
  }, options);
  const app = express();
  app.use('/parsed', express.json({ limit: '20mb' }));
  app.use('/raw', express.raw({ type: '*/*', limit: '20mb' }));
  app.use(['/ai', '/parsed', '/raw'], ai);
  return { ...(await serve(app)), ends };
}

function pick(headers: HttpHeaders, names: readonly string[]): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = headerValue(headers, name);
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

function ask(url: string, options: RequestOptions = {}, body?: Buffer | string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const req = httpRequest(url, options, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('end', () => resolve({ status: res.statusCode ?? 0, headers: res.headers, body: Buffer.concat(chunks) }));
      res.on('error', reject);
    });
    req.on('error', reject);
    req.end(body);
  });
}

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** An upstream that keeps what it was sent, and answers with a digest of it. */
async function echoUpstream() {
  const seen: { method: string; url: string; headers: IncomingHttpHeaders; body: Buffer }[] = [];
  const listening = await serve((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const body = Buffer.concat(chunks);
      seen.push({ method: req.method ?? '', url: req.url ?? '', headers: req.headers, body });
      res.setHeader('content-type', 'text/plain');
      res.end(digest(body));
    });
  });
  return { ...listening, seen };
}

describe('an upload', () => {
  const bytes = randomBytes(5 * 1024 * 1024);

  test('of known length goes up as it is, with that length', async () => {
    const upstream = await echoUpstream();
    const proxy = await relayTo(upstream.url);

    const answer = await ask(`${proxy.url}/ai/v1/files`, { method: 'POST', headers: { 'content-length': bytes.length } }, bytes);

    expect(answer.body.toString()).toBe(digest(bytes));
    expect(upstream.seen[0]?.headers).toMatchObject({ 'content-length': String(bytes.length) });
    expect(upstream.seen[0]?.headers['transfer-encoding']).toBeUndefined();
    await until(() => proxy.ends.length > 0);
    expect(proxy.ends).toEqual([{ kind: 'complete', status: 200, bytes: 64 }]);
  });

  test.each(['POST', 'DELETE', 'GET'])('in chunks goes up in chunks (%s)', async (method) => {
    const upstream = await echoUpstream();
    const proxy = await relayTo(upstream.url);

    const answer = await ask(`${proxy.url}/ai/x`, { method, headers: { 'transfer-encoding': 'chunked' } }, bytes);

    expect(answer.body.toString()).toBe(digest(bytes));
    expect(upstream.seen).toHaveLength(1);
    expect(upstream.seen[0]?.headers).toMatchObject({ 'transfer-encoding': 'chunked' });
  });

  test('that a parser has kept as bytes goes up whole, with its own length', async () => {
    const upstream = await echoUpstream();
    const proxy = await relayTo(upstream.url);

    const answer = await ask(
      `${proxy.url}/raw/v1/files`,
      { method: 'POST', headers: { 'transfer-encoding': 'chunked', 'content-type': 'x/y' } },
      bytes,
    );

    expect(answer.body.toString()).toBe(digest(bytes));
    expect(upstream.seen[0]?.headers).toMatchObject({ 'content-length': String(bytes.length) });
  });

  test('that a JSON parser has read goes up as the same JSON, with its own length', async () => {
    const upstream = await echoUpstream();
    const proxy = await relayTo(upstream.url);

    await ask(`${proxy.url}/parsed/x`, { method: 'POST', headers: { 'content-type': 'application/json' } }, '{ "a" : "é" }');

    expect(upstream.seen[0]?.body.toString()).toBe('{"a":"é"}');
    expect(upstream.seen[0]?.headers['content-length']).toBe('10');
  });

  test.each(['GET', 'POST', 'DELETE'])('that is none stays none (%s)', async (method) => {
    const upstream = await echoUpstream();
    const proxy = await relayTo(upstream.url);

    await ask(`${proxy.url}/parsed/x`, { method });

    expect(upstream.seen[0]).toMatchObject({ method, body: Buffer.alloc(0) });
    expect(upstream.seen[0]?.headers['transfer-encoding']).toBeUndefined();
  });

  test('that the upstream refuses early leaves its refusal readable', async () => {
    const upstream = await serveRaw((socket) => {
      socket.write('HTTP/1.1 413 Too Large\r\ncontent-length: 3\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\nbig');
    });
    const proxy = await relayTo(upstream.url);
    const caller = openRaw(proxy.port, 'POST /ai/x HTTP/1.1\r\nhost: a\r\ncontent-length: 100000000\r\n\r\npart');

    await caller.received('big');
    caller.socket.write('more that nobody wants');

    expect(readEnd(caller.text())).toMatchObject({ body: 'big', isWhole: true });
  });
});

describe('a download', () => {
  const bytes = randomBytes(5 * 1024 * 1024);

  test('comes down byte for byte, with its length', async () => {
    const upstream = await serve((_req, res) => res.writeHead(200, { 'content-length': bytes.length }).end(bytes));
    const proxy = await relayTo(upstream.url);

    const answer = await ask(`${proxy.url}/ai/file`);

    expect(digest(answer.body)).toBe(digest(bytes));
    expect(answer.headers['content-length']).toBe(String(bytes.length));
    await until(() => proxy.ends.length > 0);
    expect(proxy.ends).toEqual([{ kind: 'complete', status: 200, bytes: bytes.length }]);
  });

  test('of a range keeps its status and its place', async () => {
    const upstream = await serve((req, res) =>
      res.writeHead(206, { 'content-range': `bytes 1-3/5`, 'content-length': 3 }).end(req.headers.range === 'bytes=1-3' ? 'bcd' : 'no'),
    );
    const proxy = await relayTo(upstream.url, { headers: { range: 'bytes=1-3' } });

    const answer = await ask(`${proxy.url}/ai/file`);

    expect(answer).toMatchObject({ status: 206, body: Buffer.from('bcd') });
    expect(answer.headers['content-range']).toBe('bytes 1-3/5');
  });

  test.each([
    [204, 'GET'],
    [304, 'GET'],
    [200, 'HEAD'],
  ])('without a body (%i to %s) ends at once', async (status, method) => {
    const upstream = await serve((_req, res) => res.writeHead(status, { etag: '"e"' }).end());
    const proxy = await relayTo(upstream.url);

    const answer = await ask(`${proxy.url}/ai/file`, { method });

    expect(answer).toMatchObject({ status, body: Buffer.alloc(0) });
    expect(answer.headers.etag).toBe('"e"');
    await until(() => proxy.ends.length > 0);
    expect(proxy.ends).toEqual([{ kind: 'complete', status, bytes: 0 }]);
  });

  test('comes down though provisional answers came first', async () => {
    const upstream = await serveRaw((socket) => {
      socket.write(
        'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok',
      );
    });
    const proxy = await relayTo(upstream.url);

    expect(await ask(`${proxy.url}/ai/x`)).toMatchObject({ status: 200, body: Buffer.from('ok') });
  });

  test('that is a redirect is not followed', async () => {
    const elsewhere = await echoUpstream();
    const upstream = await serve((_req, res) => res.writeHead(302, { location: `${elsewhere.url}/` }).end('moved'));
    const proxy = await relayTo(upstream.url);

    const answer = await ask(`${proxy.url}/ai/x`);

    expect(answer).toMatchObject({ status: 302, body: Buffer.from('moved') });
    expect(answer.headers.location).toBeUndefined();
    expect(elsewhere.seen).toEqual([]);
  });

  test('event by event is passed on event by event', async () => {
    const release = gate();
    const upstream = await serve((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write('data: 1\n\n');
      void release.promise.then(() => res.end('data: 2\n\n'));
    });
    const proxy = await relayTo(upstream.url);
    const caller = openRaw(proxy.port, 'GET /ai/x HTTP/1.1\r\nhost: a\r\n\r\n');

    await caller.received('data: 1\n\n');
    expect(caller.text()).not.toContain('data: 2');
    release.open();
    await caller.received('data: 2\n\n\r\n0\r\n\r\n');
  });

  test('to a caller who does not read stops the upstream at a bounded number of bytes', async () => {
    let written = 0;
    const upstream = await serve((_req, res) => {
      const piece = Buffer.alloc(64 * 1024);
      const more = (): void => {
        while (written < 64 * 1024 * 1024 && !res.destroyed) {
          written += piece.length;
          if (!res.write(piece)) return;
        }
        res.end();
      };
      res.on('drain', more);
      more();
    });
    const proxy = await relayTo(upstream.url);
    const caller = openRaw(proxy.port, 'GET /ai/x HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
    caller.socket.pause();

    await untilStill(() => written);
    expect(written).toBeLessThan(24 * 1024 * 1024);
    caller.socket.resume();
    expect(readEnd(await caller.closed).isWhole).toBe(true);
  });

  test('leaves the connection to the upstream open for the next', async () => {
    const upstream = await echoUpstream();
    const proxy = await relayTo(upstream.url);

    for (let round = 0; round < 3; round += 1) {
      await ask(`${proxy.url}/ai/x`, { method: 'POST' }, 'body');
      await until(() => proxy.ends.length > round);
    }

    expect(upstream.sockets).toHaveLength(1);
  });
});

describe('of headers', () => {
  test('only the named ones go up, and the application still sees what its caller sent', async () => {
    const upstream = await echoUpstream();
    const relaying = await relayTo(upstream.url, { headers: { authorization: 'Bearer operator', accept: 'x/y' } });
    let logged: IncomingHttpHeaders = {};
    const caller = httpRequest(`${relaying.url}/ai/x?q=1`, {
      method: 'POST',
      headers: {
        authorization: 'Bearer canary',
        cookie: 'canary=1',
        'x-canary': 'canary',
        'x-forwarded-for': 'canary',
        expect: '100-continue',
        te: 'trailers',
        connection: 'keep-alive, x-canary',
      },
    });
    (relaying.server as Server).prependListener('request', (req, res) => {
      res.once('finish', () => (logged = req.headers));
    });
    await new Promise<void>((resolve) => {
      caller.on('response', (res) => res.resume().once('end', resolve));
      caller.end('body');
    });

    const [request] = upstream.seen;
    expect(request).toMatchObject({ method: 'POST', url: '/x?q=1', body: Buffer.from('body') });
    expect(Object.keys(request?.headers ?? {}).toSorted()).toEqual(['accept', 'authorization', 'connection', 'host', 'transfer-encoding']);
    expect(request?.headers).toMatchObject({ authorization: 'Bearer operator', accept: 'x/y', host: `127.0.0.1:${upstream.port}` });
    expect(JSON.stringify(request?.headers)).not.toContain('canary');
    expect(logged).toMatchObject({ authorization: 'Bearer canary', cookie: 'canary=1', 'x-canary': 'canary' });
  });

  test('only the named ones come down, beside those of the proxy and of the application', async () => {
    const upstream = await serve((_req, res) =>
      res
        .writeHead(200, {
          'set-cookie': 'canary=1',
          'x-canary': 'canary',
          connection: 'x-canary',
          'keep-alive': 'timeout=77',
          'content-type': 'text/plain',
          'x-powered-by': 'upstream',
        })
        .end('ok'),
    );
    const proxy = await relayTo(upstream.url, {
      responseHeaders: (_status, headers) => ({
        ...pick(headers, ['content-type', 'connection', 'keep-alive', 'transfer-encoding']),
        'x-kept': ['1', '2'],
      }),
    });

    const answer = await ask(`${proxy.url}/ai/x`);

    expect(answer.headers).toMatchObject({
      'content-type': 'text/plain',
      'x-ai-proxy-id': 'call-1',
      'x-kept': '1, 2',
      'x-powered-by': 'Express',
    });
    expect(JSON.stringify(answer.headers)).not.toContain('canary');
    expect(answer.headers['keep-alive']).not.toBe('timeout=77');
    expect(answer.body.toString()).toBe('ok');
  });

  test('the path goes up exactly as the relay says it', async () => {
    const upstream = await echoUpstream();
    const proxy = await relayTo(upstream.url, { url: new URL(`${upstream.url}/base/v1/a%2Fb/?x=1&y=%20`) });

    await ask(`${proxy.url}/ai/other/path?z=2`);

    expect(upstream.seen[0]?.url).toBe('/base/v1/a%2Fb/?x=1&y=%20');
  });
});

describe('an upstream', () => {
  test('that refuses the connection is a 502 in the dialect of the route', async () => {
    const closed = createTcpServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const proxy = await relayTo(`http://127.0.0.1:${port}`);

    const answer = await ask(`${proxy.url}/ai/x`, { method: 'POST' }, 'body');

    expect(answer).toMatchObject({ status: 502, body: Buffer.from('{"detail":"upstream_connect"}') });
    expect(proxy.ends).toMatchObject([{ kind: 'broken', error: { code: 'upstream_connect', status: 502 } }]);
  });

  test.each([
    ['closes without an answer', 'upstream_eof', (socket: Socket) => void socket.end()],
    ['resets without an answer', 'upstream_reset', (socket: Socket) => void socket.resetAndDestroy()],
    ['does not speak HTTP', 'upstream_garbage', (socket: Socket) => void socket.end('SSH-2.0-server\r\n\r\n')],
  ])('that %s is a 502 %s', async (_how, code, script) => {
    const upstream = await serveRaw(script);
    const proxy = await relayTo(upstream.url);

    const answer = await ask(`${proxy.url}/ai/x`);

    expect(answer).toMatchObject({ status: 502, body: Buffer.from(JSON.stringify({ detail: code })) });
    expect(proxy.ends).toMatchObject([{ kind: 'broken', error: { code } }]);
  });

  test('that never answers is a 504 when its clock runs out', async () => {
    const upstream = await serveRaw(() => {});
    const proxy = await relayTo(upstream.url, { clocks: { connect: 0, firstByte: 30, idle: 30 } });

    expect(await ask(`${proxy.url}/ai/x`)).toMatchObject({ status: 504, body: Buffer.from('{"detail":"timeout_first_byte"}') });
    await until(() => upstream.sockets[0]?.destroyed === true);
  });

  test('that falls silent in its answer is cut when its clock runs out', async () => {
    const upstream = await serveRaw((socket) => socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n'));
    const proxy = await relayTo(upstream.url, { clocks: { connect: 0, firstByte: 30, idle: 30 } });

    const text = await openRaw(proxy.port, 'GET /ai/x HTTP/1.1\r\nhost: a\r\n\r\n').closed;

    expect(readEnd(text)).toMatchObject({ body: 'one', isWhole: false });
    expect(proxy.ends).toMatchObject([{ kind: 'broken', status: 200, error: { code: 'timeout_idle' } }]);
  });

  test('whose answer the relay refuses is an answer of ours', async () => {
    const upstream = await serve((_req, res) => res.writeHead(302, { location: 'http://elsewhere/' }).end());
    const proxy = await relayTo(upstream.url, {
      responseHeaders: () => {
        throw new ProxyError('redirect', { status: 502, code: 'upstream_redirect', source: 'provider' });
      },
    });

    const answer = await ask(`${proxy.url}/ai/x`);

    expect(answer).toMatchObject({ status: 502, body: Buffer.from('{"detail":"upstream_redirect"}') });
    expect(proxy.ends).toMatchObject([{ kind: 'broken', error: { code: 'upstream_redirect' } }]);
  });

  const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n8\r\ndata: 1\n\r\n';
  const sized = 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\ndata: 1\n';
  const unsized = 'HTTP/1.1 200 OK\r\nconnection: close\r\n\r\ndata: 1\n';
  test.each([
    ['a reset inside a chunked answer', chunked, 'reset'],
    ['a FIN without the last chunk', chunked, 'end'],
    ['a reset before the promised length', sized, 'reset'],
    ['a FIN before the promised length', sized, 'end'],
    ['a reset inside an answer without a length', unsized, 'reset'],
    ['a chunk that is none', `${chunked}nonsense\r\n`, 'end'],
  ] as const)('that breaks by %s is cut after what it said', async (_how, answer, end) => {
    const release = gate();
    const upstream = await serveRaw((socket) => {
      const split = answer.indexOf('data: 1\n') + 8;
      socket.write(answer.slice(0, split));
      void release.promise.then(() => {
        socket.write(answer.slice(split));
        if (end === 'reset') socket.resetAndDestroy();
        else socket.end();
      });
    });
    const proxy = await relayTo(upstream.url);
    const caller = openRaw(proxy.port, 'GET /ai/x HTTP/1.1\r\nhost: a\r\n\r\n');

    await caller.received('data: 1\n');
    release.open();

    expect(readEnd(await caller.closed)).toMatchObject({ body: 'data: 1\n', isWhole: false });
    expect(proxy.ends).toHaveLength(1);
    expect(proxy.ends).toMatchObject([{ kind: 'broken', status: 200, error: { name: 'ProxyError', status: 502 } }]);
  });
});

describe('a caller who leaves', () => {
  test('before the headers closes the upstream', async () => {
    const asked = gate();
    const upstream = await serveRaw(() => asked.open());
    const proxy = await relayTo(upstream.url);
    const caller = openRaw(proxy.port, 'GET /ai/x HTTP/1.1\r\nhost: a\r\n\r\n');

    await asked.promise;
    caller.socket.destroy();

    await until(() => upstream.sockets[0]?.destroyed === true);
    await until(() => proxy.ends.length > 0);
    expect(proxy.ends).toMatchObject([{ kind: 'broken', error: { code: 'caller_left' } }]);
  });

  test('during the download closes the upstream', async () => {
    const upstream = await serveRaw((socket) => socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n'));
    const proxy = await relayTo(upstream.url);
    const caller = openRaw(proxy.port, 'GET /ai/x HTTP/1.1\r\nhost: a\r\n\r\n');

    await caller.received('one');
    caller.socket.destroy();

    await until(() => upstream.sockets[0]?.destroyed === true);
    await until(() => proxy.ends.length > 0);
    expect(proxy.ends).toMatchObject([{ kind: 'broken', status: 200, error: { code: 'caller_left' } }]);
  });

  test.each(['content-length: 1000', 'transfer-encoding: chunked'])(
    'during the upload (%s) closes the upstream without an end',
    async (framing) => {
      let received = '';
      const upstream = await serveRaw((socket, head) => {
        received = head;
        socket.on('data', (chunk) => (received += chunk.toString('latin1')));
      });
      const proxy = await relayTo(upstream.url);
      const caller = openRaw(proxy.port, `POST /ai/x HTTP/1.1\r\nhost: a\r\n${framing}\r\n\r\n4\r\npart\r\n`);

      await until(() => received.includes('part'));
      caller.socket.destroy();

      await until(() => upstream.sockets[0]?.destroyed === true);
      await until(() => proxy.ends.length > 0);
      expect(received).not.toContain('0\r\n\r\n');
      expect(proxy.ends).toMatchObject([{ kind: 'broken', error: { code: 'caller_left' } }]);
    },
  );

  test('by not reading any more closes the upstream', async () => {
    const upstream = await serve((_req, res) => {
      const piece = Buffer.alloc(64 * 1024);
      const more = (): void => {
        while (!res.destroyed && res.write(piece));
      };
      res.on('drain', more);
      more();
    });
    const proxy = await relayTo(upstream.url, {}, { writing: { timeout: 40 } });
    const caller = openRaw(proxy.port, 'GET /ai/x HTTP/1.1\r\nhost: a\r\n\r\n');
    caller.socket.pause();

    await until(() => proxy.ends.length > 0);
    expect(proxy.ends).toMatchObject([{ kind: 'broken', status: 200, error: { code: 'timeout_write' } }]);
    await until(() => upstream.sockets[0]?.destroyed === true);
  });
});

test('a relay whose own functions throw reaches the error handler of the framework', async () => {
  const bug = new Error('secret detail');
  const gone = await serveRaw((socket) => void socket.end());
  const seen: unknown[] = [];
  const app = express().use(
    mount(async (request) => ({
      status: 200,
      headers: {},
      body: {
        kind: 'relay',
        url: new URL(gone.url),
        method: request.method,
        headers: {},
        signal: request.signal,
        clocks: noClocks,
        responseHeaders: () => ({}),
        settle: () => {},
        failure: () => {
          throw bug;
        },
      },
    })),
  );
  const onError: ErrorRequestHandler = (error, _req, res, _next) => {
    seen.push(error);
    res.status(500).send('handled');
  };
  app.use(onError);
  const { url } = await serve(app);

  expect(await ask(url)).toMatchObject({ status: 500, body: Buffer.from('handled') });
  expect(seen).toEqual([bug]);
});
