import { createServer } from 'node:http';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { createProxy, fallback } from '@ai-proxy/core';
import type { Proxy, ProxyOptions, Receipt } from '@ai-proxy/core';
import { ollama } from '../src/index.ts';
import type { OllamaOptions } from '../src/index.ts';

interface SeenRequest {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Answer = (request: SeenRequest, response: ServerResponse) => void;

/** A server of the test's own on a port of its own, and what it saw. */
async function startServer(answer: Answer): Promise<{ url: string; seen: SeenRequest[] }> {
  const seen: SeenRequest[] = [];
  const server = createServer((req, res) => {
    const pieces: Buffer[] = [];
    req.on('data', (piece: Buffer) => pieces.push(piece));
    req.once('end', () => {
      const request = { method: req.method, url: req.url, headers: req.headers, body: Buffer.concat(pieces).toString() };
      seen.push(request);
      answer(request, res);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

function proxyOf(options: OllamaOptions, more: Partial<ProxyOptions> = {}): { proxy: Proxy; receipts: Promise<Receipt> } {
  let settle: (receipt: Receipt) => void = () => {};
  const receipts = new Promise<Receipt>((resolve) => {
    settle = resolve;
  });
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const proxy = createProxy({ providers: [ollama(options)], retry: { attempts: 0 }, log: silent, onReceipt: settle, ...more });
  onTestFinished(() => proxy.close({ grace: 0 }));
  return { proxy, receipts };
}

const ask = (proxy: Proxy, path: string, body?: object, headers: Record<string, string> = {}): Promise<Response> =>
  Promise.resolve(
    proxy.fetch(
      new Request(`http://proxy.example${path}`, {
        ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
        headers: { 'content-type': 'application/json', ...headers },
      }),
    ),
  );

const ndjson = (response: ServerResponse, ...values: readonly object[]): void => {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  for (const value of values) response.write(`${JSON.stringify(value)}\n`);
};
const line = (content: string, more: object = {}): object => ({
  model: 'm:latest',
  created_at: '2024-05-01T10:00:01Z',
  message: { role: 'assistant', content },
  done: false,
  ...more,
});
const lastLine = line('', { done: true, done_reason: 'stop', prompt_eval_count: 3, eval_count: 4 });
const hello = { model: 'ollama/m', messages: [{ role: 'user', content: 'Hello' }] };

const eventsOf = (text: string): unknown[] =>
  text
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => (event === 'data: [DONE]' ? '[DONE]' : (JSON.parse(event.slice('data: '.length)) as unknown)));

async function readUntilCut(response: Response): Promise<{ text: string; cut: boolean }> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const piece of response.body ?? []) text += decoder.decode(piece, { stream: true });
    return { text, cut: false };
  } catch {
    return { text, cut: true };
  }
}

describe('a chat through the proxy', () => {
  it('goes up as Ollama wants it, without origin, key or foreign host, and streams down as OpenAI would', async () => {
    vi.stubEnv('OLLAMA_API_KEY', 'key-of-the-hosted-service');
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const { url, seen } = await startServer((_request, response) => {
      ndjson(response, line('Hi'), lastLine, { error: 'after the end' });
      response.end();
    });
    const { proxy, receipts } = proxyOf({ baseURL: url });
    const response = await ask(
      proxy,
      '/v1/chat/completions',
      { ...hello, stream: true, stream_options: { include_usage: true }, user: 'u' },
      { origin: 'https://evil.example', authorization: 'Bearer of-the-caller' },
    );
    expect(response.headers.get('x-ai-proxy-dropped')).toBe('user');
    const events = eventsOf(await response.text()) as { choices: { delta: unknown; finish_reason: unknown }[]; usage: unknown }[];
    expect(events.slice(0, -1).map(({ choices, usage }) => [choices[0]?.delta, choices[0]?.finish_reason, usage])).toEqual([
      [{ role: 'assistant', content: 'Hi' }, null, null],
      [{}, 'stop', null],
      [undefined, undefined, { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 }],
    ]);
    expect(events.at(-1)).toBe('[DONE]');
    expect(seen.map(({ method, url: path, body }) => [method, path, JSON.parse(body) as unknown])).toEqual([
      ['POST', '/api/chat', { model: 'm', messages: hello.messages, stream: true }],
    ]);
    expect(seen[0]?.headers.host).toBe(new URL(url).host);
    expect(seen[0]?.headers).not.toHaveProperty('origin');
    expect(seen[0]?.headers).not.toHaveProperty('authorization');
    const { outcome, usage } = await receipts;
    expect([outcome, usage]).toEqual(['ok', { inputTokens: 3, outputTokens: 4 }]);
  });

  it('shows the key that the operator gave, and takes it out of what comes back', async () => {
    const { url, seen } = await startServer((request, response) => {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: `bad: ${request.headers.authorization}` }));
    });
    const { proxy } = proxyOf({ baseURL: url, apiKey: 'key-of-the-operator' });
    const response = await ask(proxy, '/v1/chat/completions', hello);
    expect([response.status, await response.json()]).toEqual([
      400,
      { error: { message: 'bad: Bearer [redacted]', type: 'invalid_request_error', param: null, code: null } },
    ]);
    expect(seen[0]?.headers.authorization).toBe('Bearer key-of-the-operator');
  });

  it('asks as often as there shall be answers', async () => {
    const { url, seen } = await startServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
      response.end(JSON.stringify(line('Hi', { done: true, prompt_eval_count: 1, eval_count: 1 })));
    });
    const { proxy } = proxyOf({ baseURL: url });
    const answer = (await (await ask(proxy, '/v1/chat/completions', { ...hello, n: 2 })).json()) as { choices: unknown[]; usage: unknown };
    expect(answer.choices).toHaveLength(2);
    expect(answer.usage).toEqual({ prompt_tokens: 2, completion_tokens: 2, total_tokens: 4 });
    expect(seen).toHaveLength(2);
  });

  it.each([
    [{ error: "model 'm' not found" }, 404, 'not_found_error', 'model_not_found'],
    [{ error: 'server busy, please try again.  maximum pending requests exceeded' }, 503, 'api_error', 'provider_error'],
    [{ error: 'something broke' }, 502, 'api_error', 'provider_error'],
  ])('that fails in its first line %j has a status of its own', async (failure, status, type, code) => {
    const { url } = await startServer((_request, response) => {
      ndjson(response, failure);
      response.end();
    });
    const { proxy, receipts } = proxyOf({ baseURL: url });
    const response = await ask(proxy, '/v1/chat/completions', { ...hello, stream: true });
    expect([response.status, await response.json()]).toEqual([status, { error: { message: failure.error, type, param: null, code } }]);
    expect((await receipts).outcome).toBe('provider_error');
  });

  it('that fails in its first line goes on at another server', async () => {
    const broken = await startServer((_request, response) => {
      ndjson(response, line(''), { error: 'llama runner process has terminated' });
      response.end();
    });
    const whole = await startServer((_request, response) => {
      ndjson(response, line('Hi'), lastLine);
      response.end();
    });
    const { proxy } = proxyOf(
      {},
      {
        providers: [ollama({ name: 'one', baseURL: broken.url }), ollama({ name: 'two', baseURL: whole.url })],
        aliases: { smart: fallback('one/m', 'two/m') },
      },
    );
    const response = await ask(proxy, '/v1/chat/completions', { ...hello, model: 'smart', stream: true });
    expect(response.headers.get('x-ai-proxy-model')).toBe('two/m');
    expect(eventsOf(await response.text()).at(-1)).toBe('[DONE]');
    expect([broken.seen.length, whole.seen.length]).toEqual([1, 1]);
  });

  it.each([
    ['an error line', { error: 'something broke' }, 'something broke', 'provider_error'],
    ['an end without its line', undefined, expect.stringContaining('not complete'), 'upstream_eof'],
  ])('that breaks with %s after its beginning ends with an error, and no mark of the end', async (_title, last, message, outcome) => {
    const { url } = await startServer((_request, response) => {
      ndjson(response, line('Hi'), ...(last === undefined ? [] : [last]));
      response.end();
    });
    const { proxy, receipts } = proxyOf({ baseURL: url });
    const response = await ask(proxy, '/v1/chat/completions', { ...hello, stream: true });
    expect(response.status).toBe(200);
    const { text, cut } = await readUntilCut(response);
    // The connection is cut after the error, so that no client can take the end for an end.
    expect(cut).toBe(true);
    expect(eventsOf(text).at(-1)).toEqual({ error: expect.objectContaining({ message }) as unknown });
    expect((await receipts).outcome).toBe(outcome);
  });
});

describe('the native API through the proxy', () => {
  it('streams byte for byte, and counts', async () => {
    const { url, seen } = await startServer((_request, response) => {
      ndjson(response, line('Hi'), lastLine);
      response.end();
    });
    const { proxy, receipts } = proxyOf({ baseURL: url });
    const body = '{"model":"m",  "messages":[{"role":"user","content":"x"}]}';
    const response = await proxy.fetch(
      new Request('http://proxy.example/ollama/api/chat', { method: 'POST', body, headers: { 'content-type': 'application/json' } }),
    );
    expect(await response.text()).toBe(`${JSON.stringify(line('Hi'))}\n${JSON.stringify(lastLine)}\n`);
    expect(seen[0]?.body).toBe(body);
    const { outcome, usage } = await receipts;
    expect([outcome, usage]).toEqual(['ok', { inputTokens: 3, outputTokens: 4 }]);
  });

  it.each([
    ['is told as a line', { done: true, done_reason: 'load' }, /^\{ +"model": "m", +"done": true, +"done_reason": "load" \}\n$/, false],
    ['that is no end is an error', { done: false }, /^\{"error":"[^"]+"\}\n$/, true],
  ])('an answer that comes whole behind the headers of a stream %s', async (_title, end, expected, isCut) => {
    const { promise: hasHeaders, resolve } = Promise.withResolvers<void>();
    const { url } = await startServer((_request, response) => {
      void hasHeaders.then(() => {
        response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
        response.end(JSON.stringify({ model: 'm', ...end }, null, 1));
      });
    });
    const { proxy, receipts } = proxyOf({ baseURL: url }, { timeouts: { headers: 1 } });
    const response = await ask(proxy, '/ollama/api/chat', { model: 'm' });
    resolve();
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
    const { text, cut } = await readUntilCut(response);
    expect(text).toMatch(expected);
    expect([cut, (await receipts).outcome]).toEqual([isCut, isCut ? 'upstream_garbage' : 'ok']);
  });

  it('gives the errors of the provider as they came', async () => {
    const { url } = await startServer((_request, response) => {
      response.writeHead(404, { 'content-type': 'application/json' });
      response.end('{"error":"model \'x\' not found"}');
    });
    const { proxy } = proxyOf({ baseURL: url });
    const response = await ask(proxy, '/ollama/api/show', { model: 'x' });
    expect([response.status, await response.text()]).toEqual([404, '{"error":"model \'x\' not found"}']);
  });

  it.each([
    ['POST', '/api/pull'],
    ['POST', '/api/push'],
    ['POST', '/api/create'],
    ['POST', '/api/copy'],
    ['DELETE', '/api/delete'],
    ['POST', '/api/blobs/sha256:0'],
    ['HEAD', '/api/blobs/sha256:0'],
    ['POST', '/api/me'],
    ['POST', '/v1/chat/completions'],
    ['POST', '/API/PULL'],
    ['POST', '/api//pull'],
    ['POST', '/api/%70ull'],
    ['POST', '/api/chat/../pull'],
    ['POST', '/api/chat/%2e%2e/pull'],
    ['POST', '/api/chat%2f..%2fpull'],
  ])('never reaches %s %s', async (method, path) => {
    const { url, seen } = await startServer((_request, response) => response.end());
    const { proxy } = proxyOf({ baseURL: url });
    const body = method === 'HEAD' ? null : '{"model":"m"}';
    const response = await proxy.fetch(
      new Request(`http://proxy.example/ollama${path}`, { method, body, headers: { 'content-type': 'application/json' } }),
    );
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    expect(seen).toEqual([]);
  });

  it('pulls where the operator has opened that, with the progress as it comes', async () => {
    const { url, seen } = await startServer((_request, response) => {
      ndjson(response, { status: 'pulling manifest' }, { status: 'success' });
      response.end();
    });
    const { proxy } = proxyOf({ baseURL: url, open: ['model-management'] });
    const response = await ask(proxy, '/ollama/api/pull', { model: 'm' });
    expect(await response.text()).toBe('{"status":"pulling manifest"}\n{"status":"success"}\n');
    expect(seen.map(({ url: path }) => path)).toEqual(['/api/pull']);
  });
});
