import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fallback } from '../../src/index.ts';
import type { ProxyOptions } from '../../src/index.ts';
import { completion } from '../fixtures/answers.ts';
import { createGate } from '../fixtures/gate.ts';
import { sendJson, startUpstream } from '../fixtures/http-upstream.ts';
import type { Answer, HttpUpstream } from '../fixtures/http-upstream.ts';
import { makeProxy } from '../fixtures/make-proxy.ts';
import type { TestProxy } from '../fixtures/make-proxy.ts';
import { chatRequest, makeRequest } from '../fixtures/make-request.ts';
import { testProvider } from '../fixtures/test-provider.ts';

async function serve(answer: Answer, options: Partial<ProxyOptions> = {}): Promise<TestProxy & { upstream: HttpUpstream }> {
  const upstream = await startUpstream(answer);
  return { ...makeProxy([testProvider(upstream.url)], options), upstream };
}

const fail =
  (status: number, error: Record<string, unknown> = {}, headers: Record<string, string> = {}): Answer =>
  (_request, response) =>
    sendJson(response, status, { error: { message: 'failed', ...error } }, headers);

const well: Answer = (_request, response) => sendJson(response, 200, completion('hi'), { 'x-upstream-id': 'u-7' });

describe('a whole answer', () => {
  it('goes down in the caller’s form, with its account', async () => {
    const { ask, receipts, upstream } = await serve(well);
    const answer = await ask(chatRequest());
    expect(answer.status).toBe(200);
    expect(answer.json()).toMatchObject({ object: 'chat.completion', choices: [{ message: { content: 'hi' } }] });
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json',
      'x-ai-proxy-model': 'test/small',
      'x-ai-proxy-step': '0',
      'x-ai-proxy-attempts': '1',
      'x-upstream-id': 'u-7',
    });
    const id = answer.headers['x-ai-proxy-id'];
    expect(answer.headers['x-request-id']).toBe(id);
    expect(receipts).toMatchObject([
      {
        id,
        outcome: 'ok',
        status: 200,
        usage: { inputTokens: 3, outputTokens: 4 },
        modelAsked: 'test/small',
        modelServed: 'small',
        operation: 'chat',
        face: 'openai',
      },
    ]);
    expect(upstream.requests).toMatchObject([{ method: 'POST', url: '/chat' }]);
  });

  it.each([408, 409, 429, 502, 503, 504, 529])('that is a %d is asked for again, then elsewhere', async (status) => {
    const first = await startUpstream(fail(status));
    const second = await startUpstream(well);
    const providers = [testProvider(first.url, { name: 'first' }), testProvider(second.url, { name: 'second' })];
    const { ask, receipts } = makeProxy(providers, {
      retry: { attempts: 2, delay: 0 },
      aliases: { both: fallback('first/a', 'second/b') },
    });
    const answer = await ask(chatRequest({ model: 'both' }));
    expect([answer.status, first.requests.length, second.requests.length]).toEqual([200, 3, 1]);
    expect(answer.headers).toMatchObject({ 'x-ai-proxy-model': 'second/b', 'x-ai-proxy-step': '1', 'x-ai-proxy-attempts': '4' });
    expect(receipts).toMatchObject([{ outcome: 'ok', attempts: 4, step: 1, provider: 'second' }]);
  });

  it.each([400, 401, 402, 403, 404, 405, 413, 415, 422, 451, 500, 501])('that is a %d is final', async (status) => {
    const first = await startUpstream(fail(status, { code: 'why', credentials: false }));
    const second = await startUpstream(well);
    const providers = [testProvider(first.url, { name: 'first' }), testProvider(second.url, { name: 'second' })];
    const { ask, receipts } = makeProxy(providers, { aliases: { both: fallback('first/a', 'second/b') } });
    const answer = await ask(chatRequest({ model: 'both' }));
    expect([answer.status, first.requests.length, second.requests.length]).toEqual([status, 1, 0]);
    expect(answer.error()).toMatchObject({ message: 'failed', code: 'why', param: null });
    expect(answer.headers).toMatchObject({ 'x-ai-proxy-error-source': 'provider', 'x-should-retry': 'false', 'x-ai-proxy-attempts': '1' });
    expect(receipts).toMatchObject([{ outcome: 'provider_error', code: 'why', status }]);
  });

  it.each([
    [500, true, 3],
    [418, true, 3],
    [503, false, 1],
    [429, false, 1],
  ])('that is a %d is asked for again where the provider says so: %s', async (status, retryable, requests) => {
    const { ask, upstream } = await serve(fail(status, { retryable }));
    expect((await ask(chatRequest())).status).toBe(status);
    expect(upstream.requests).toHaveLength(requests);
  });

  it('is tried again after what Retry-After asks for', async () => {
    const { ask, upstream } = await serve(
      (request, response, index) => (index === 0 ? fail(429, {}, { 'retry-after-ms': '30' }) : well)(request, response, index),
      {
        retry: { attempts: 1, delay: 1_000_000, maxDelay: 2_000_000 },
      },
    );
    expect((await ask(chatRequest())).status).toBe(200);
    expect(upstream.requests).toHaveLength(2);
  });

  it('says how long to wait where that is too long to wait here', async () => {
    const { ask, upstream } = await serve(fail(429, {}, { 'retry-after': '3600' }));
    const answer = await ask(chatRequest());
    expect([answer.status, answer.headers['retry-after'], upstream.requests.length]).toEqual([429, '3600', 1]);
  });

  it.each<[string, Answer, number, string]>([
    ['not JSON', (_request, response) => void response.end('hello'), 502, 'upstream_garbage'],
    ['HTML', (_request, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'), 502, 'upstream_garbage'],
    ['empty', (_request, response) => void response.end(), 502, 'upstream_garbage'],
    ['half', (_request, response) => void response.end(JSON.stringify(completion('hi')).slice(0, -5)), 502, 'upstream_garbage'],
    [
      'a redirect',
      (_request, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end('x'),
      502,
      'upstream_redirect',
    ],
    ['too large', (_request, response) => sendJson(response, 200, completion('x'.repeat(5_000))), 502, 'upstream_too_large'],
  ])('that is %s is an error of the provider', async (_what, answer, status, code) => {
    const { ask, receipts } = await serve(answer, { retry: false, limits: { answer: 4_000 } });
    const reply = await ask(chatRequest());
    expect([reply.status, reply.error().code]).toEqual([status, code]);
    expect(receipts).toMatchObject([{ outcome: 'upstream_garbage', code }]);
  });

  it('that is a 500 without a body still has a message', async () => {
    const { ask } = await serve((_request, response) => void response.writeHead(500).end());
    const answer = await ask(chatRequest());
    expect([answer.status, answer.error()]).toEqual([
      500,
      { message: 'the provider gave no reason', type: 'api_error', param: null, code: null },
    ]);
  });

  it('wearing a 200 though it is an error has the status that the error deserves', async () => {
    const { ask } = await serve((_request, response) =>
      sendJson(response, 200, { error: { message: 'no such model', status: 404, retryable: false } }),
    );
    const answer = await ask(chatRequest());
    expect([answer.status, answer.error().message]).toEqual([404, 'no such model']);
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ])('may come with %s though that was not asked for', async (coding, compress) => {
    const { ask, upstream } = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': coding });
      response.end(compress(JSON.stringify(completion('hi'))));
    });
    const answer = await ask(chatRequest());
    expect(answer.json()).toMatchObject({ choices: [{ message: { content: 'hi' } }] });
    expect(upstream.requests[0]?.headers['accept-encoding']).toBe('identity');
  });

  it('made of several requests is one', async () => {
    const { ask, upstream } = await serve((request, response) =>
      sendJson(response, 200, { embedding: [String(request.json().text).length] }),
    );
    const answer = await ask(makeRequest('/v1/embeddings', { model: 'test/e', input: ['a', 'bb', 'ccc'] }));
    expect((answer.json().data as { embedding: number[] }[]).map(({ embedding }) => embedding)).toEqual([[1], [2], [3]]);
    expect(upstream.requests).toHaveLength(3);
  });

  it('made of several requests fails with the first that fails, and holds no connection of the others', async () => {
    const large = JSON.stringify({ embedding: 'x'.repeat(3_000_000) });
    const { ask, upstream } = await serve(
      (request, response) => {
        if (request.json().text === 'bad') sendJson(response, 400, { error: { message: 'bad text' } });
        else response.end(large);
      },
      { retry: false },
    );
    const answer = await ask(makeRequest('/v1/embeddings', { model: 'test/e', input: ['bad', 'good', 'fine'] }));
    expect([answer.status, answer.error().message]).toEqual([400, 'bad text']);
    expect(await Promise.all(upstream.requests.map(({ closed }) => closed))).toEqual([true, true, true]);
  });

  it('that nobody can give is refused before anything is asked', async () => {
    const { ask, upstream } = await serve(well);
    const answer = await ask(makeRequest('/v1/moderations', { model: 'test/m', input: 'x' }));
    expect([answer.status, answer.error().code]).toEqual([400, 'unsupported_operation']);
    expect(upstream.requests).toEqual([]);
  });

  it('is given up when the caller leaves', async () => {
    const leaving = new AbortController();
    const { handle, receipts, upstream } = await serve(() => {});
    const reply = handle(chatRequest({}, { signal: leaving.signal }));
    const seen = await upstream.request(0);
    leaving.abort(new Error('left'));
    await reply;
    expect(await seen.closed).toBe(false);
    expect(receipts).toHaveLength(1);
    expect(upstream.requests).toHaveLength(1);
  });

  it('is given up when the clock of the whole call runs out, retries included', async () => {
    const { ask, receipts, upstream } = await serve(fail(503), {
      timeouts: { total: 500 },
      retry: { attempts: 9, delay: 1_000_000, maxDelay: 2_000_000 },
    });
    const answer = await ask(chatRequest());
    expect([answer.status, answer.error().code, answer.error().type]).toEqual([504, 'timeout_total', 'timeout_error']);
    expect(receipts).toMatchObject([{ outcome: 'timeout_total', attempts: 1 }]);
    expect(upstream.requests).toHaveLength(1);
  });

  it('of a provider that keeps failing is not asked for any more, and the answer says until when', async () => {
    const { ask, receipts, upstream } = await serve(fail(503), { retry: false, breaker: { failures: 2, resetAfter: 60_000 } });
    await ask(chatRequest());
    await ask(chatRequest());
    const answer = await ask(chatRequest());
    expect([answer.status, answer.error().code]).toEqual([503, 'provider_unavailable']);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect(upstream.requests).toHaveLength(2);
    expect(receipts.map(({ outcome }) => outcome)).toEqual(['provider_error', 'provider_error', 'provider_unavailable']);
  });

  it('adds a bounded load to a provider that is down', async () => {
    const { ask, upstream } = await serve(fail(503), { breaker: false, retry: { attempts: 3, delay: 0 } });
    await Promise.all(Array.from({ length: 100 }, () => ask(chatRequest())));
    expect(upstream.requests.length).toBeLessThanOrEqual(100 * 1.1 + 10);
    expect(upstream.requests.length).toBeGreaterThan(100);
  });
});

describe('a native answer', () => {
  it('goes down byte for byte, with its headers, and is read for what it used', async () => {
    const bytes = '{ "text": "hi",\n "tokens": 5, "big": 12345678901234567890 }';
    const { ask, receipts } = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'x-mine': 'yes', 'set-cookie': 'a=b', etag: '"1"' });
      response.end(bytes);
    });
    const answer = await ask(makeRequest('/test/v1/chat?beta=true', { model: 'm' }));
    expect(answer.text).toBe(bytes);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'x-mine': 'yes',
      'x-ai-proxy-model': 'test/m',
    });
    expect(Object.keys(answer.headers)).not.toContain('set-cookie');
    expect(receipts).toMatchObject([{ outcome: 'ok', usage: { inputTokens: 5 }, dialect: 'native', face: 'test' }]);
  });

  it('keeps the provider’s own error, status, body and retry-after', async () => {
    const { ask } = await serve((_request, response) =>
      sendJson(response, 429, { odd: 'limit' }, { 'retry-after': '3600', 'x-limit': '1' }),
    );
    const answer = await ask(makeRequest('/test/chat', { model: 'm' }));
    expect([answer.status, answer.text]).toEqual([429, '{"odd":"limit"}']);
    expect(answer.headers).toMatchObject({ 'retry-after': '3600', 'x-limit': '1', 'x-ai-proxy-error-source': 'provider' });
  });

  it('tells an error of the proxy’s own in the provider’s words', async () => {
    const { ask, upstream } = await serve((request) => void request.socket.resetAndDestroy(), { retry: false });
    const broken = await ask(makeRequest('/test/chat', { model: 'm' }));
    expect([broken.status, broken.json()]).toEqual([
      502,
      { fault: 'The provider reset the connection before its answer was complete.', kind: 'api_error' },
    ]);
    const closed = await ask(makeRequest('/test/admin', {}));
    expect([closed.status, closed.json().kind]).toEqual([403, 'permission_error']);
    const unknown = await ask(makeRequest('/test/nothing', {}));
    expect([unknown.status, unknown.json().kind]).toEqual([404, 'not_found_error']);
    expect(upstream.requests).toHaveLength(1);
  });

  it('sends what a policy made of the input', async () => {
    const { ask, upstream } = await serve((_request, response) => sendJson(response, 200, { text: 'hi' }), {
      policies: [
        {
          name: 'shaping',
          stage: 'shape',
          handle(call, next) {
            call.input = { ...call.input, added: true };
            return next();
          },
        },
      ],
    });
    await ask(makeRequest('/test/chat', { model: 'm' }));
    expect(upstream.requests[0]?.json()).toEqual({ model: 'm', added: true });
  });

  it.each(['GET', 'HEAD'])('is asked for with %s without a body', async (method) => {
    const { ask, upstream, receipts } = await serve((request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(request.method === 'HEAD' ? undefined : '{"text":"hi"}');
    });
    const answer = await ask(makeRequest('/test/things?page=2', undefined, { method }));
    expect([answer.status, answer.text]).toEqual([200, method === 'HEAD' ? '' : '{"text":"hi"}']);
    expect(upstream.requests).toMatchObject([{ method, url: '/v1/things?page=2', body: '' }]);
    expect(receipts).toMatchObject([{ outcome: 'ok' }]);
  });

  it('waits for its gate as long as the provider does', async () => {
    const gate = createGate();
    const { ask } = await serve(async (_request, response) => {
      await gate.opened;
      sendJson(response, 200, { text: 'hi' });
    });
    const answer = ask(makeRequest('/test/chat', { model: 'm' }));
    gate.open();
    expect((await answer).status).toBe(200);
  });
});
