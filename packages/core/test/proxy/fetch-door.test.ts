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

  it('of a route that is not there are not made', async () => {
    const { proxy, upstream } = await serve(streamHello);
    for (const path of ['/test/files/../admin', '/test/files/a%2fb', '/test/files/a/b/c', '/test/admin']) {
      const response = await proxy.fetch(new Request(`http://proxy.local${path}`, { method: 'DELETE' }));
      expect(response.status).toBeGreaterThanOrEqual(400);
    }
    expect(upstream.requests).toEqual([]);
  });
});
