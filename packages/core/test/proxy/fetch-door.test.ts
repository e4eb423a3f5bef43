import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { completion, done, finish, role, stream, text } from '../fixtures/answers.ts';
import { createGate } from '../fixtures/gate.ts';
import { sendJson, startEvents, startUpstream } from '../fixtures/http-upstream.ts';
import type { Answer, HttpUpstream } from '../fixtures/http-upstream.ts';
import { makeProxy } from '../fixtures/make-proxy.ts';
import type { TestProxy } from '../fixtures/make-proxy.ts';
import { hello } from '../fixtures/make-request.ts';
import { contentOf, eventsOf } from '../fixtures/read-reply.ts';
import { testProvider } from '../fixtures/test-provider.ts';

async function serve(answer: Answer): Promise<TestProxy & { upstream: HttpUpstream }> {
  const upstream = await startUpstream(answer);
  return { ...makeProxy([testProvider(upstream.url, { apiKey: 'operator-key' })], { retry: false }), upstream };
}

const chat = 'http://proxy.local/v1/chat/completions';
const post = (body: unknown, init: RequestInit = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
  ...init,
});

const streamHello: Answer = (_request, response) => {
  startEvents(response);
  response.end(stream('hello'));
};

const hang: Answer = (_request, response) => {
  startEvents(response);
  response.write(role + text('hel'));
};

describe('the proxy as fetch', () => {
  it.each([
    ['a URL and options', (fetch: typeof globalThis.fetch) => fetch(new URL(chat), post(hello))],
    ['text and options', (fetch: typeof globalThis.fetch) => fetch(chat, post(hello))],
    ['a request', (fetch: typeof globalThis.fetch) => fetch(new Request(chat, post(hello)))],
  ])('takes %s and answers whole', async (_what, ask) => {
    const { proxy, upstream, receipts } = await serve((_request, response) => sendJson(response, 200, completion('hi')));
    const response = await ask(proxy.fetch);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(await response.json()).toMatchObject({ choices: [{ message: { content: 'hi' } }] });
    expect(upstream.requests[0]?.headers.authorization).toBe('Bearer operator-key');
    expect(receipts).toMatchObject([{ outcome: 'ok' }]);
  });

  it('streams', async () => {
    const { proxy, receipt } = await serve(streamHello);
    const response = await proxy.fetch(chat, post({ ...hello, stream: true }));
    expect(contentOf(eventsOf(await response.text()))).toBe('hello');
    expect((await receipt(0)).outcome).toBe('ok');
  });

  it('reads the upstream only as it is read itself', { timeout: 30_000 }, async () => {
    let sent = 0;
    const { proxy } = await serve((_request, response) => {
      startEvents(response);
      const piece = text('x'.repeat(64 * 1024));
      const flood = (): void => {
        do {
          sent += piece.length;
          if (sent > 64 * 1024 * 1024) return void response.end(finish + done);
        } while (response.write(piece));
        response.once('drain', flood);
      };
      flood();
    });
    const response = await proxy.fetch(chat, post({ ...hello, stream: true }));
    await response.body?.getReader().read();
    let last = -1;
    while (last !== sent) {
      last = sent;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(sent).toBeLessThan(16 * 1024 * 1024);
  });

  it('cancels the upstream when the body is cancelled', async () => {
    const { proxy, upstream, receipts, receipt } = await serve(hang);
    const response = await proxy.fetch(chat, post({ ...hello, stream: true }));
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    expect(await (await upstream.request(0)).closed).toBe(false);
    expect(await receipt(0)).toMatchObject({ outcome: 'caller_left', code: 'caller_left' });
    expect(receipts).toHaveLength(1);
  });

  it('cancels the upstream when the body is cancelled that was never read', async () => {
    const { proxy, upstream, receipt } = await serve(hang);
    const response = await proxy.fetch(chat, post({ ...hello, stream: true }));
    await response.body?.cancel();
    expect(await (await upstream.request(0)).closed).toBe(false);
    expect(await receipt(0)).toMatchObject({ outcome: 'caller_left' });
  });

  it('rejects as fetch does when its caller leaves before the answer', async () => {
    const { proxy, upstream, receipt } = await serve(() => {});
    const leaving = new AbortController();
    const asked = proxy.fetch(chat, post(hello, { signal: leaving.signal }));
    const seen = await upstream.request(0);
    leaving.abort();
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
    expect(await seen.closed).toBe(false);
    expect(await receipt(0)).toMatchObject({ outcome: 'caller_left' });
    await expect(proxy.fetch(chat, post(hello, { signal: AbortSignal.abort() }))).rejects.toMatchObject({ name: 'AbortError' });
    expect(upstream.requests).toHaveLength(1);
  });

  it.each([true, false])('breaks the body as fetch does when its caller leaves in the middle; read before: %s', async (read) => {
    const { proxy, upstream, receipt } = await serve(hang);
    const leaving = new AbortController();
    const response = await proxy.fetch(chat, post({ ...hello, stream: true }, { signal: leaving.signal }));
    const reader = response.body?.getReader();
    if (read) await reader?.read();
    leaving.abort();
    expect(await (await upstream.request(0)).closed).toBe(false);
    expect(await receipt(0)).toMatchObject({ outcome: 'caller_left' });
    const rest = async (): Promise<void> => {
      while (!(await reader?.read())?.done);
    };
    await expect(rest()).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('breaks the body when the stream fails, after telling why', async () => {
    const { proxy } = await serve((request, response) => {
      startEvents(response);
      response.write(role + text('hel'), () => setTimeout(() => request.socket.resetAndDestroy(), 20));
    });
    const response = await proxy.fetch(chat, post({ ...hello, stream: true }));
    const reader = response.body?.getReader();
    let seen = '';
    const readAll = async (): Promise<void> => {
      for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) seen += new TextDecoder().decode(next.value);
    };
    await expect(readAll()).rejects.toMatchObject({ code: 'upstream_reset' });
    expect(eventsOf(seen).at(-1)).toMatchObject({ error: { code: 'upstream_reset' } });
  });

  it('is a 404 at paths that are not the proxy’s', async () => {
    const { proxy, upstream } = await serve(streamHello);
    for (const path of ['/', '/elsewhere', '/v1/nothing']) {
      const response = await proxy.fetch(`http://proxy.local${path}`);
      expect([response.status, ((await response.json()) as { error: { code: string } }).error.code]).toEqual([404, 'path_not_found']);
    }
    expect(upstream.requests).toEqual([]);
  });

  it('refuses a request whose body was read, and says so', async () => {
    const { proxy, upstream } = await serve(streamHello);
    const request = new Request(chat, post(hello));
    await request.text();
    const response = await proxy.fetch(request);
    expect([response.status, await response.json()]).toMatchObject([400, { error: { code: 'body_consumed' } }]);
    expect(upstream.requests).toEqual([]);
  });

  it('misses nothing of an empty body that was read', async () => {
    const { proxy, upstream } = await serve(streamHello);
    const request = new Request(chat, { method: 'POST', body: '', headers: { 'content-type': 'application/json', 'content-length': '0' } });
    await request.text();
    const response = await proxy.fetch(request);
    expect([response.status, await response.json()]).toMatchObject([400, { error: { code: 'invalid_json' } }]);
    expect(upstream.requests).toEqual([]);
  });

  it('comes to its end with the server where its caller has the last event and does not ask what is behind it', async () => {
    const { proxy, receipt } = await serve(streamHello);
    const response = await proxy.fetch(chat, post({ ...hello, stream: true }));
    const reader = response.body?.getReader();
    let seen = '';
    while (!seen.includes('[DONE]')) seen += new TextDecoder().decode((await reader?.read())?.value);
    await proxy.close({ grace: 0 });
    expect((await receipt(0)).outcome).toBe('ok');
  });

  it('takes the path below a mount from a server that has worked it out', async () => {
    const { proxy } = await serve(streamHello);
    const response = await proxy.fetch('http://proxy.local/elsewhere?x=1', { target: '/v1/models', prefix: '/ai' });
    expect([response.status, await response.json()]).toMatchObject([200, { object: 'list' }]);
  });

  it('shows a sign of life in a silent stream where it is asked to, and none by default', async () => {
    const gate = createGate();
    const { proxy } = await serve(async (_request, response) => {
      startEvents(response);
      response.write(role + text('hel'));
      await gate.opened;
      response.end(text('lo') + finish + done);
    });
    const ask = (keepAlive?: number): Promise<Response> =>
      proxy.fetch(chat, { ...post({ ...hello, stream: true }), ...(keepAlive === undefined ? {} : { keepAlive }) });
    const reader = (await ask(1)).body?.getReader();
    let seen = '';
    const readUntil = async (mark: string): Promise<void> => {
      while (!seen.includes(mark)) seen += new TextDecoder().decode((await reader?.read())?.value);
    };
    await readUntil('\n\n: ');
    const plain = (await ask()).text();
    gate.open();
    await readUntil('[DONE]');
    expect(contentOf(eventsOf(seen))).toBe('hello');
    expect(await plain).not.toMatch(/^:/m);
  });

  it('gives a caller up who takes nothing, where it is asked to', async () => {
    const { proxy, upstream, receipt } = await serve(hang);
    const response = await proxy.fetch(chat, { ...post({ ...hello, stream: true }), writeTimeout: 20 });
    const reader = response.body?.getReader();
    await reader?.read();
    expect(await receipt(0)).toMatchObject({ outcome: 'timeout_write', code: 'timeout_write' });
    expect(await (await upstream.request(0)).closed).toBe(false);
    await expect(reader?.read()).rejects.toMatchObject({ code: 'timeout_write' });
  });

  it('reads what it does not want of a body, up to a bound, so that the connection can go on', async () => {
    const { proxy: small } = makeProxy([testProvider('http://127.0.0.1:9')], { limits: { body: 10 } });
    const send = async (pieces: number): Promise<string> => {
      let left = pieces;
      const gate = createGate<string>();
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (left === 0) {
            controller.close();
            gate.open('read');
            return;
          }
          left -= 1;
          controller.enqueue(new Uint8Array(64 * 1024));
        },
        cancel: () => gate.open('cancelled'),
      });
      const init = { ...post({}), body, duplex: 'half' };
      expect((await small.fetch(chat, init)).status).toBe(413);
      return gate.opened;
    };
    expect([await send(4), await send(40)]).toEqual(['read', 'cancelled']);
  });

  it('breaks with what its server takes for a cut', async () => {
    const { proxy } = await serve((request, response) => {
      startEvents(response);
      response.write(role + text('hel'), () => setTimeout(() => request.socket.resetAndDestroy(), 20));
    });
    const cut = new DOMException('cut', 'AbortError');
    const causes: unknown[] = [];
    const breakWith = (cause: unknown): DOMException => {
      causes.push(cause);
      return cut;
    };
    const response = await proxy.fetch(chat, { ...post({ ...hello, stream: true }), breakWith });
    await expect(response.text()).rejects.toBe(cut);
    expect(causes).toMatchObject([{ code: 'upstream_reset' }]);
  });

  it('answers HEAD without a body', async () => {
    const { proxy, receipts } = await serve(streamHello);
    const response = await proxy.fetch('http://proxy.local/v1/models', { method: 'HEAD' });
    expect([response.status, response.body]).toEqual([200, null]);
    expect(receipts).toMatchObject([{ outcome: 'ok', operation: 'models' }]);
  });
});

describe('opaque exchanges through fetch', () => {
  it('upload and download byte for byte', async () => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 7) % 256);
    const { proxy, receipt, upstream } = await serve((request, response) => {
      response.writeHead(201, { 'content-type': 'application/octet-stream', 'x-mine': 'yes', 'set-cookie': 'a=b' });
      response.end(Buffer.from(request.body.length.toString()));
    });
    const pieces = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < bytes.length; at += 50_000) controller.enqueue(bytes.slice(at, at + 50_000));
        controller.close();
      },
    });
    const init = {
      method: 'POST',
      body: pieces,
      duplex: 'half',
      headers: { 'content-type': 'multipart/form-data; boundary=x', authorization: 'Bearer caller-key' },
    };
    const response = await proxy.fetch('http://proxy.local/test/files?purpose=batch', init);
    expect([response.status, response.headers.get('x-mine'), response.headers.get('set-cookie')]).toEqual([201, 'yes', null]);
    expect(Number(await response.text())).toBe(Buffer.from(bytes).toString().length);
    expect(upstream.requests).toMatchObject([
      {
        method: 'POST',
        url: '/v1/files?purpose=batch',
        headers: { authorization: 'Bearer operator-key', 'content-type': 'multipart/form-data; boundary=x' },
      },
    ]);
    expect(await receipt(0)).toMatchObject({ outcome: 'ok', dialect: 'opaque', operation: 'files', status: 201, attempts: 1 });
  });

  it('download what is large without holding it', async () => {
    const { proxy, receipt } = await serve((_request, response) => void response.end(Buffer.alloc(5_000_000, 1)));
    const response = await proxy.fetch('http://proxy.local/test/files/f1/content');
    expect((await response.arrayBuffer()).byteLength).toBe(5_000_000);
    expect((await receipt(0)).outcome).toBe('ok');
  });

  it.each([
    ['DELETE', '/test/files/f1', 204],
    ['HEAD', '/test/files/f1/content', 200],
  ])('come to their end without a body: %s', async (method, path, status) => {
    const { proxy, receipt } = await serve((_request, response) => void response.writeHead(status).end());
    const response = await proxy.fetch(`http://proxy.local${path}`, { method });
    expect([response.status, response.body]).toEqual([status, null]);
    expect(await receipt(0)).toMatchObject({ outcome: 'ok', status });
  });

  it('pass errors of the provider on untouched', async () => {
    const { proxy, receipt } = await serve((_request, response) => sendJson(response, 404, { odd: 'no file' }));
    const response = await proxy.fetch('http://proxy.local/test/files/f1/content');
    expect([response.status, await response.json()]).toEqual([404, { odd: 'no file' }]);
    expect(await receipt(0)).toMatchObject({ outcome: 'provider_error', status: 404 });
  });

  it('that cannot begin are told in the provider’s words', async () => {
    const { proxy, receipt } = await serve((request) => void request.socket.resetAndDestroy());
    const response = await proxy.fetch('http://proxy.local/test/files/f1/content');
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ kind: 'api_error' });
    expect(await receipt(0)).toMatchObject({ outcome: 'upstream_reset' });
  });

  it('that break are cut, and nothing of ours is written into them', async () => {
    const { proxy, receipt } = await serve((request, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('half', () => setTimeout(() => request.socket.resetAndDestroy(), 20));
    });
    const response = await proxy.fetch('http://proxy.local/test/files/f1/content');
    const reader = response.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('half');
    await expect(reader?.read()).rejects.toMatchObject({ code: 'upstream_reset' });
    expect(await receipt(0)).toMatchObject({ outcome: 'upstream_reset' });
  });

  it.each([true, false])('are cancelled with their caller; read before: %s', async (read) => {
    const { proxy, upstream, receipt } = await serve((_request, response) => void response.write('half'));
    const response = await proxy.fetch('http://proxy.local/test/files/f1/content');
    const reader = response.body?.getReader();
    if (read) await reader?.read();
    await reader?.cancel();
    expect(await (await upstream.request(0)).closed).toBe(false);
    expect(await receipt(0)).toMatchObject({ outcome: 'caller_left' });
  });

  it('end with the server', async () => {
    const gate = createGate();
    const { proxy, upstream, receipts } = await serve((_request, response) => void response.write('half', () => gate.open()));
    const response = await proxy.fetch('http://proxy.local/test/files/f1/content');
    await gate.opened;
    await proxy.close({ grace: 10 });
    await expect(response.text()).rejects.toMatchObject({ code: 'shutting_down' });
    expect(await (await upstream.request(0)).closed).toBe(false);
    expect(receipts).toMatchObject([{ code: 'shutting_down' }]);
  });

  it('go up with the body that came, and with none where none came', async () => {
    const { proxy, upstream } = await serve((_request, response) => void response.end('{}'));
    const streamOf = (...pieces: Uint8Array[]): ReadableStream =>
      new ReadableStream({
        start(controller) {
          for (const piece of pieces) controller.enqueue(piece);
          controller.close();
        },
      });
    const send = async (method: string, body: ReadableStream): Promise<string> =>
      (await proxy.fetch('http://proxy.local/test/files/f1', { method, body, duplex: 'half' } as RequestInit)).text();
    await send('DELETE', streamOf());
    await send('DELETE', streamOf(new Uint8Array()));
    await send('DELETE', streamOf(new Uint8Array(), Uint8Array.of(97), Uint8Array.of(98)));
    expect(upstream.requests.map(({ body, headers }) => [body, headers['transfer-encoding']])).toEqual([
      ['', undefined],
      ['', undefined],
      ['ab', 'chunked'],
    ]);
  });

  it('are broken off, and said to be, where less of a body has come than was announced', async () => {
    const { proxy, receipt, upstream } = await serve((_request, response) => void response.end('{}'));
    const headers = { 'content-type': 'multipart/form-data; boundary=x', 'content-length': '10' };
    const upload = (path: string): Promise<Response> => proxy.fetch(`http://proxy.local${path}`, { method: 'POST', headers, body: 'half' });
    const response = await upload('/test/files');
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('Only 4 of the 10 bytes');
    expect(await receipt(0)).toMatchObject({ code: 'invalid_body' });
    expect(upstream.requests).toEqual([]);

    const json = await proxy.fetch(chat, { ...post(hello), headers: { 'content-type': 'application/json', 'content-length': '9000' } });
    expect([json.status, await json.json()]).toMatchObject([400, { error: { code: 'invalid_body' } }]);
    expect(upstream.requests).toEqual([]);
  });

  it('come down plain where the provider has coded them, though it was asked not to', async () => {
    const { proxy, upstream, receipt } = await serve((_request, response, index) => {
      const coded = gzipSync('plain');
      if (index < 2) response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': coded.length }).end(index === 1 ? '' : coded);
      else response.writeHead(200, { 'content-encoding': 'odd' }).end(coded);
    });
    const download = (method = 'GET'): Promise<Response> => proxy.fetch('http://proxy.local/test/files/f1/content', { method });
    const response = await download();
    expect([response.headers.get('content-encoding'), response.headers.get('content-length')]).toEqual([null, null]);
    expect(await response.text()).toBe('plain');
    expect((await download('HEAD')).headers.get('content-encoding')).toBe('gzip');
    await expect((await download()).text()).rejects.toMatchObject({ code: 'upstream_garbage' });
    expect(upstream.requests[0]?.headers['accept-encoding']).toBe('identity');
    expect((await receipt(2)).outcome).toBe('upstream_garbage');
  });

  it('of a route that is not there are not made', async () => {
    const { proxy, upstream } = await serve(streamHello);
    for (const path of ['/test/files/../admin', '/test/files/a%2fb', '/test/files/a/b/c', '/test/admin']) {
      const response = await proxy.fetch(new Request(`http://proxy.local${path}`, { method: 'DELETE' }));
      expect(response.status).toBeGreaterThanOrEqual(400);
    }
    expect(upstream.requests).toEqual([]);
  });
});
