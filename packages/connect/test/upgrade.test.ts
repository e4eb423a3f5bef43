import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { Handler, HttpReply, RelayEnd } from '@ai-proxy/core';
import { ProxyError } from '@ai-proxy/core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { toMountSettings } from '../src/mount-options.ts';
import type { MountOptions } from '../src/mount-options.ts';
import { lazyProxyEngine } from '../src/proxy-engine.ts';
import { createUpgradeHandler } from '../src/upgrade.ts';
import { openRaw, readEnd } from './support/raw-client.ts';
import { listen, serveRaw } from './support/servers.ts';
import { aborted, gate, until } from './support/signals.ts';

async function openUpstream() {
  const server = createServer((_req, res) => res.writeHead(404).end());
  const sockets = new WebSocketServer({ server, handleProtocols: (protocols) => [...protocols][0] ?? false });
  const seen: IncomingHttpHeaders[] = [];
  const closes: number[] = [];
  sockets.on('headers', (headers) => headers.push('set-cookie: canary=1', 'x-kept: yes'));
  sockets.on('connection', (socket, request) => {
    seen.push(request.headers);
    socket.on('close', (code) => closes.push(code));
    socket.on('error', () => {});
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  return { ...(await listen(server)), seen, closes, sockets };
}

function relayReply(url: string, ends: RelayEnd[], connect = 0): HttpReply {
  return {
    status: 101,
    headers: { 'x-ai-proxy-id': 'call-1' },
    body: {
      kind: 'relay',
      url: new URL(url),
      method: 'GET',
      headers: { authorization: 'Bearer operator' },
      signal: new AbortController().signal,
      clocks: { connect, firstByte: 0, idle: 0 },
      responseHeaders: (_status, headers) => (typeof headers['x-kept'] === 'string' ? { 'x-kept': headers['x-kept'] } : {}),
      settle: (end) => void ends.push(end),
      failure: (error) => ({
        status: error instanceof ProxyError ? error.status : 500,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ detail: error instanceof ProxyError ? error.code : null }),
      }),
    },
  };
}

async function openProxy(open: Handler, options: MountOptions = {}) {
  const server = createServer((_req, res) => res.end());
  const upgrade = createUpgradeHandler(lazyProxyEngine(), open, toMountSettings(options));
  server.on('upgrade', (req, socket, head) => upgrade(req, socket, head));
  return listen(server);
}

function openClient(url: string, protocols: string[] = []): WebSocket {
  const client = new WebSocket(url.replace('http', 'ws'), protocols, { headers: { authorization: 'Bearer canary', cookie: 'canary=1' } });
  onTestFinished(() => client.terminate());
  return client;
}

const handshake = (target: string): string =>
  `GET ${target} HTTP/1.1\r\nhost: a\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;

describe('a WebSocket', () => {
  test('is relayed both ways with the named headers only, and closes with its code', async () => {
    const upstream = await openUpstream();
    const ends: RelayEnd[] = [];
    const targets: string[] = [];
    const proxy = await openProxy(
      async (request) => {
        targets.push(request.target);
        return relayReply(`${upstream.url}/v1/realtime?model=m`, ends);
      },
      { prefix: '/ai' },
    );
    const client = openClient(`${proxy.url}/ai/x/realtime?model=m`, ['realtime']);
    const answered = gate<IncomingHttpHeaders>();
    client.on('upgrade', (response) => answered.open(response.headers));
    const received: string[] = [];
    client.on('message', (data) => received.push((data as Buffer).toString()));

    await new Promise((resolve) => client.once('open', resolve));
    client.send('one');
    client.send('x'.repeat(1024 * 1024));
    await until(() => received.length === 2);
    client.close(4001);
    await until(() => upstream.closes.length === 1);

    expect(targets).toEqual(['/x/realtime?model=m']);
    expect(client.protocol).toBe('realtime');
    expect(received.map((text) => text.length)).toEqual([3, 1024 * 1024]);
    expect(upstream.closes).toEqual([4001]);
    expect(upstream.seen[0]).toMatchObject({ authorization: 'Bearer operator', host: `127.0.0.1:${upstream.port}` });
    expect(JSON.stringify(upstream.seen)).not.toContain('canary');
    const headers = await answered.promise;
    expect(headers).toMatchObject({ 'x-kept': 'yes', 'x-ai-proxy-id': 'call-1' });
    expect(JSON.stringify(headers)).not.toContain('canary');
    await until(() => ends.length > 0);
    expect(ends).toMatchObject([{ kind: 'complete', status: 101 }]);
  });

  test('whose caller vanishes closes the upstream', async () => {
    const upstream = await openUpstream();
    const ends: RelayEnd[] = [];
    const proxy = await openProxy(async () => relayReply(upstream.url, ends));
    const client = openClient(proxy.url);
    await new Promise((resolve) => client.once('open', resolve));

    client.terminate();

    await until(() => upstream.sockets.clients.size === 0);
    await until(() => ends.length > 0);
    expect(upstream.closes).toEqual([1006]);
  });

  test('whose upstream vanishes closes the caller', async () => {
    const upstream = await openUpstream();
    const ends: RelayEnd[] = [];
    const proxy = await openProxy(async () => relayReply(upstream.url, ends));
    const client = openClient(proxy.url);
    client.on('error', () => {});
    await new Promise((resolve) => client.once('open', resolve));
    const closed = new Promise<number>((resolve) => client.once('close', resolve));

    upstream.sockets.clients.forEach((socket) => socket.terminate());

    expect(await closed).toBe(1006);
    await until(() => ends.length > 0);
    expect(ends).toHaveLength(1);
  });

  test('whose caller leaves before the handshake is over closes the upstream', async () => {
    const asked = gate();
    const upstream = await serveRaw(() => asked.open());
    const ends: RelayEnd[] = [];
    const proxy = await openProxy(async () => relayReply(upstream.url, ends));
    const caller = openRaw(proxy.port, handshake('/'));

    await asked.promise;
    caller.socket.end();

    await until(() => upstream.sockets[0]?.destroyed === true);
    expect(ends).toMatchObject([{ kind: 'broken', error: { code: 'caller_left' } }]);
  });

  test('whose caller leaves before there is an answer aborts the signal', async () => {
    const asked = gate<AbortSignal>();
    const proxy = await openProxy(async (request) => {
      asked.open(request.signal);
      throw await aborted(request.signal);
    });
    const caller = openRaw(proxy.port, handshake('/'));

    const signal = await asked.promise;
    caller.socket.resetAndDestroy();

    expect(await aborted(signal)).toMatchObject({ code: 'caller_left' });
  });

  test('that the upstream refuses is refused with the upstream answer', async () => {
    const upstream = await serveRaw((socket) =>
      socket.write('HTTP/1.1 401 Unauthorized\r\ncontent-length: 2\r\nset-cookie: canary=1\r\nx-kept: yes\r\n\r\nno'),
    );
    const ends: RelayEnd[] = [];
    const proxy = await openProxy(async () => relayReply(upstream.url, ends));

    const { head, body, isWhole } = readEnd(await openRaw(proxy.port, handshake('/')).closed);

    expect(head).toMatch(/^HTTP\/1\.1 401/);
    expect(head).toMatch(/x-kept: yes/);
    expect(head).not.toContain('canary');
    expect({ body, isWhole }).toEqual({ body: 'no', isWhole: true });
    expect(ends).toEqual([{ kind: 'complete', status: 401, bytes: 2 }]);
  });

  test('whose upstream cannot be reached is answered in the dialect of the route', async () => {
    const gone = await serveRaw(() => {});
    await new Promise((resolve) => (gone.server as Server).close(resolve));
    const ends: RelayEnd[] = [];
    const proxy = await openProxy(async () => relayReply(gone.url, ends));

    const { head, body } = readEnd(await openRaw(proxy.port, handshake('/')).closed);

    expect(head).toMatch(/^HTTP\/1\.1 502 Bad Gateway/);
    expect(body).toBe('{"detail":"upstream_connect"}');
    expect(ends).toMatchObject([{ kind: 'broken', error: { code: 'upstream_connect' } }]);
  });

  test('whose upstream does not answer the handshake is a 504', async () => {
    const upstream = await serveRaw(() => {});
    const ends: RelayEnd[] = [];
    const proxy = await openProxy(async () => relayReply(upstream.url, ends, 30));

    expect(readEnd(await openRaw(proxy.port, handshake('/')).closed).head).toMatch(/^HTTP\/1\.1 504/);
    await until(() => upstream.sockets[0]?.destroyed === true);
  });
});

describe('an upgrade', () => {
  test('that the handler refuses gets its answer and a closed connection', async () => {
    const proxy = await openProxy(async () => ({ status: 401, headers: { 'content-type': 'application/json' }, body: '{"error":1}' }));

    const { head, body, isWhole } = readEnd(await openRaw(proxy.port, handshake('/')).closed);

    expect(head).toMatch(/^HTTP\/1\.1 401 Unauthorized/);
    expect({ body, isWhole }).toEqual({ body: '{"error":1}', isWhole: true });
  });

  test.each([
    ['an error of ours', new ProxyError('No such model', { status: 404, code: 'model_not_found' }), 404, 'model_not_found'],
    ['a bug', new Error('secret detail'), 500, 'internal_error'],
  ])('whose handler throws %s is answered', async (_what, error, status, code) => {
    const proxy = await openProxy(async () => {
      throw error;
    });

    const { head, body } = readEnd(await openRaw(proxy.port, handshake('/')).closed);

    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status}`));
    expect(JSON.parse(body)).toMatchObject({ error: { code } });
    expect(body).not.toContain('secret');
  });

  test.each(['/elsewhere', '/aim'])('outside of the prefix (%s) is a 404 where there is nobody else to ask', async (target) => {
    const proxy = await openProxy(async () => ({ status: 200, headers: {} }), { prefix: '/ai' });

    const { head, body } = readEnd(await openRaw(proxy.port, handshake(target)).closed);

    expect(head).toMatch(/^HTTP\/1\.1 404/);
    expect(JSON.parse(body)).toMatchObject({ error: { type: 'not_found_error', code: 'path_not_found' } });
  });

  test('that is not ours goes to the next', async () => {
    const server = createServer();
    const upgrade = createUpgradeHandler(lazyProxyEngine(), async () => undefined, toMountSettings({}));
    server.on('upgrade', (req, socket, head) =>
      upgrade(req, socket, head, () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nmine')),
    );
    const { port } = await listen(server);
    const caller = openRaw(port, handshake('/'));

    await caller.received('mine');
    expect(readEnd(caller.text())).toMatchObject({ body: 'mine', isWhole: true });
  });

  test('to another protocol is an offer that is passed over: the request is served, body and all', async () => {
    const seen: { url: string | undefined; headers: IncomingHttpHeaders; body: string }[] = [];
    const server = createServer((req, res) => {
      let body = '';
      req.on('data', (piece: Buffer) => (body += piece.toString()));
      req.on('end', () => {
        seen.push({ url: req.url, headers: req.headers, body });
        res.end('served');
      });
    });
    const upgrade = createUpgradeHandler(lazyProxyEngine(), () => Promise.reject(new Error('asked')), toMountSettings({}));
    server.on('upgrade', (req, socket, head) => upgrade(req, socket, head));
    const { port } = await listen(server);
    const offer = 'connection: keep-alive, Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n';
    const post = (path: string, rest: string): string => `POST ${path} HTTP/1.1\r\nhost: a\r\nx-kept: 1\r\nx-kept: 2\r\n${rest}`;
    const large = 'x'.repeat(300_000);

    const caller = openRaw(port, post('/a', `${offer}content-length: 5\r\n\r\nhel`));
    await until(() => caller.socket.bytesWritten > 0);
    caller.socket.write('lo');
    await caller.received('served');
    caller.socket.write(
      post('/b', `${offer}content-length: ${large.length}\r\n\r\n${large}${post('/c', 'connection: close\r\ncontent-length: 0\r\n\r\n')}`),
    );

    const text = await caller.closed;
    expect(text.match(/HTTP\/1\.1 200/g)).toHaveLength(3);
    expect(seen.map(({ url, body }) => [url, body.length])).toEqual([
      ['/a', 5],
      ['/b', large.length],
      ['/c', 0],
    ]);
    expect(seen[0]).toMatchObject({ body: 'hello', headers: { connection: 'keep-alive', 'x-kept': '1, 2' } });
    expect(Object.keys(seen[0]?.headers ?? {}).toSorted()).toEqual(['connection', 'content-length', 'host', 'x-kept']);
  });

  test('to another protocol goes to the next, where there is one', async () => {
    const server = createServer();
    const upgrade = createUpgradeHandler(lazyProxyEngine(), () => Promise.reject(new Error('asked')), toMountSettings({}));
    server.on('upgrade', (req, socket, head) =>
      upgrade(req, socket, head, () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nmine')),
    );
    const { port } = await listen(server);

    const caller = openRaw(port, 'GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: other/1\r\n\r\n');

    await caller.received('mine');
    expect(readEnd(caller.text())).toMatchObject({ body: 'mine', isWhole: true });
  });
});
