// What each call consumed and cost, for every endpoint, from the receipt's side, the caller's and the provider's.

import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { aiProxy } from '@ai-proxy/connect';
import { createProxy } from '@ai-proxy/core';
import type { Proxy, Receipt, Usage } from '@ai-proxy/core';
import { prices } from '@ai-proxy/logger/prices';
import { mistral } from '@ai-proxy/mistral';
import { ollama } from '@ai-proxy/ollama';
import { startMistralSimulator, startOllamaSimulator } from '@ai-proxy/testing';
import type { MistralSimulator, OllamaSimulator } from '@ai-proxy/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const own = {
  // The operator's own, in dollars: chosen so that each unit shows in its own digits.
  'mistral/mistral-moderation-latest': { inputPerMillion: 1_000 },
  'mistral/ft:*': { inputPerMillion: 1_000 },
  'mistral/voxtral-mini-tts-latest': { charactersPerMillion: 16 },
  'ollama/*': { inputPerMillion: 1_000, outputPerMillion: 1_000_000 },
};

let cloud: MistralSimulator;
let local: OllamaSimulator;
/** Says of its answers that some of the prompt came from a cache, in each of the ways that providers have for it. */
let caching: { readonly server: Server; readonly url: string };
let app: Server;
let agent: string;
let proxy: Proxy;
const receipts: Receipt[] = [];
const waiting: ((receipt: Receipt) => void)[] = [];

beforeAll(async () => {
  cloud = await startMistralSimulator();
  local = await startOllamaSimulator();
  const made = await fetch(`${cloud.url}/v1/agents`, {
    method: 'POST',
    headers: { authorization: `Bearer ${cloud.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'mistral-medium-latest', name: 'Agent' }),
  });
  agent = ((await made.json()) as { id: string }).id;
  caching = await startServer((request, response) => {
    request.resume().on('end', () => {
      const isStream = request.headers['x-request-id'] === 'stream' || request.headers.accept?.startsWith('text/event-stream') === true;
      const usage = { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100, num_cached_tokens: 600 };
      const head = { id: 'a', created: 1, model: 'mistral-small-latest' };
      if (!isStream) {
        const choices = [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }];
        response.setHeader('content-type', 'application/json').end(JSON.stringify({ ...head, object: 'chat.completion', choices, usage }));
        return;
      }
      response.setHeader('content-type', 'text/event-stream');
      const choices = [{ index: 0, delta: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }];
      response.end(`data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices, usage })}\n\ndata: [DONE]\n\n`);
    });
  });
  proxy = createProxy({
    providers: [
      mistral({ baseURL: cloud.url, apiKey: cloud.apiKey }),
      ollama({ baseURL: local.url }),
      mistral({ name: 'caching', baseURL: caching.url, apiKey: 'k' }),
    ],
    prices: prices({ own }),
    costInBody: true,
    onReceipt(receipt) {
      receipts.push(receipt);
      waiting.shift()?.(receipt);
    },
  });
  const below = aiProxy(proxy);
  app = createServer((req, res) => {
    req.url = req.url?.slice('/ai'.length) ?? '';
    below(req, res, () => res.writeHead(404).end());
  });
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  await proxy.close();
  app.close();
  caching.server.close();
  await cloud.close();
  await local.close();
});

async function startServer(listener: RequestListener): Promise<{ server: Server; url: string }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const nextReceipt = (): Promise<Receipt> => new Promise((resolve) => waiting.push(resolve));

interface Served {
  readonly receipt: Receipt;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Asks over a socket, as callers do. */
async function ask(path: string, body: object | FormData | undefined, headers: Record<string, string> = {}): Promise<Served> {
  const settled = nextReceipt();
  const isForm = body instanceof FormData;
  const answer = await fetch(`http://127.0.0.1:${(app.address() as AddressInfo).port}/ai${path}`, {
    ...(body === undefined ? {} : { method: 'POST', body: isForm ? body : JSON.stringify(body) }),
    headers: { ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }), ...headers },
  });
  const text = await answer.text();
  return { receipt: await settled, status: answer.status, headers: answer.headers, text };
}

const messages = [{ role: 'user', content: 'one two three' }];
// "This is the simulator of <model>. You said: one two three"
const said = { inputTokens: 3, outputTokens: 11 };

type Row = readonly [endpoint: string, path: string, body: object, streams: boolean, usage: Usage, micros: number | null];

/** The agent is made when the tests begin. */
const byAgent = (body: object): object => ({
  get agent_id() {
    return agent;
  },
  ...body,
});

/** Micros are reckoned by hand: a dollar a million is a micro a token. */
const rows: readonly Row[] = [
  // 3 × 0.15 + 11 × 0.6 = 7.05
  ['chat, translated', '/v1/chat/completions', { model: 'mistral/mistral-small-latest', messages }, true, said, 8],
  ['chat, native', '/mistral/v1/chat/completions', { model: 'mistral-small-latest', messages }, true, said, 8],
  // 3 × 0.5 + 11 × 1.5 = 18
  ['chat of a dearer model', '/mistral/v1/chat/completions', { model: 'mistral-large-latest', messages }, true, said, 18],
  // (1000 − 600) × 0.15 + 600 × 0.015 + 100 × 0.6 = 60 + 9 + 60
  [
    'chat with a cached prompt, translated',
    '/v1/chat/completions',
    { model: 'caching/mistral-small-latest', messages },
    true,
    { inputTokens: 1000, cachedTokens: 600, outputTokens: 100 },
    129,
  ],
  [
    'chat with a cached prompt, native',
    '/caching/v1/chat/completions',
    { model: 'mistral-small-latest', messages },
    true,
    { inputTokens: 1000, cachedTokens: 600, outputTokens: 100 },
    129,
  ],
  // "simulated code after function add( and before }": 3 × 0.3 + 8 × 0.9 = 8.1
  [
    'fill in the middle, translated',
    '/v1/fim/completions',
    { model: 'mistral/codestral-latest', prompt: 'function add(', suffix: '}' },
    true,
    { inputTokens: 3, outputTokens: 8 },
    9,
  ],
  [
    'fill in the middle, native',
    '/mistral/v1/fim/completions',
    { model: 'codestral-latest', prompt: 'function add(', suffix: '}' },
    true,
    { inputTokens: 3, outputTokens: 8 },
    9,
  ],
  // "simulated code after one two three": 3 × 0.3 + 6 × 0.9 = 6.3
  [
    'completions, translated',
    '/v1/completions',
    { model: 'mistral/codestral-latest', prompt: 'one two three' },
    true,
    { inputTokens: 3, outputTokens: 6 },
    7,
  ],
  // An agent names no model; its answer does. 3 × 1.5 + 11 × 7.5 = 87
  ['agents', '/mistral/v1/agents/completions', byAgent({ messages }), true, said, 87],
  ['conversations', '/mistral/v1/conversations', { model: 'mistral-small-latest', inputs: 'one two three' }, true, said, 8],
  ['conversations with an agent', '/mistral/v1/conversations', byAgent({ inputs: 'one two three' }), true, said, 87],
  // 3 × 0.1 = 0.3
  [
    'embeddings, translated',
    '/v1/embeddings',
    { model: 'mistral/mistral-embed', input: ['one two', 'three'] },
    false,
    { inputTokens: 3, items: 2 },
    1,
  ],
  [
    'embeddings, native',
    '/mistral/v1/embeddings',
    { model: 'mistral-embed', input: ['one two', 'three'] },
    false,
    { inputTokens: 3, outputTokens: 0, items: 2 },
    1,
  ],
  // Four of the eight pages, 0.004 dollars each
  [
    'OCR',
    '/mistral/v1/ocr',
    { model: 'mistral-ocr-latest', document: { type: 'document_url', document_url: 'https://example.com/a.pdf' }, pages: '0-3' },
    false,
    { pages: 4 },
    16_000,
  ],
  // 0.005 dollars each
  [
    'OCR with annotations',
    '/mistral/v1/ocr',
    {
      model: 'mistral-ocr-latest',
      document: { type: 'document_url', document_url: 'https://example.com/a.pdf' },
      pages: [1, 2],
      document_annotation_format: { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'object', properties: {} } } },
    },
    false,
    { pages: 2, annotatedPages: 2 },
    10_000,
  ],
  // "llama3.2" has ten words around what was said: 3 × 1000 + 11 × 1 000 000
  ['Ollama chat, translated', '/v1/chat/completions', { model: 'ollama/llama3.2', messages }, true, said, 11_003_000],
  ['Ollama chat, native', '/ollama/api/chat', { model: 'llama3.2', messages }, true, said, 11_003_000],
  ['Ollama generate, native', '/ollama/api/generate', { model: 'llama3.2', prompt: 'one two three' }, true, said, 11_003_000],
  ['Ollama completions, translated', '/v1/completions', { model: 'ollama/llama3.2', prompt: 'one two three' }, true, said, 11_003_000],
  [
    'Ollama fill in the middle, translated',
    '/v1/fim/completions',
    { model: 'ollama/qwen2.5-coder:7b', prompt: 'function add(', suffix: '}' },
    true,
    { inputTokens: 3, outputTokens: 8 },
    8_003_000,
  ],
  [
    'Ollama embeddings, translated',
    '/v1/embeddings',
    { model: 'ollama/nomic-embed-text', input: ['one two', 'three'] },
    false,
    { inputTokens: 3, items: 2 },
    3000,
  ],
  [
    'Ollama embed',
    '/ollama/api/embed',
    { model: 'nomic-embed-text', input: ['one two', 'three'] },
    false,
    { inputTokens: 3, items: 2 },
    3000,
  ],
];

const dollars = (micros: number): string => {
  const digits = String(micros).padStart(7, '0');
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`.replace(/\.?0+$/, '');
};

describe('what a call consumed and cost', () => {
  it.each(rows)('is in its receipt and in its whole answer: %s', async (_endpoint, path, body, streams, usage, micros) => {
    const { receipt, status, headers, text } = await ask(path, streams ? { ...body, stream: false } : body);
    expect([status, receipt.outcome, receipt.estimator]).toEqual([200, 'ok', undefined]);
    expect(receipt.usage).toEqual(usage);
    expect(receipt.cost?.micros ?? null).toBe(micros);
    expect(headers.get('x-ai-proxy-cost')).toBe(micros === null ? null : dollars(micros));
    const answer = JSON.parse(text) as { usage?: { prompt_tokens?: number; cost?: number } };
    const isTranslated = path.startsWith('/v1/');
    expect(answer.usage?.cost).toBe(isTranslated && micros !== null ? micros / 1e6 : undefined);
    if (isTranslated) expect(answer.usage?.prompt_tokens).toBe(usage.inputTokens);
  });

  it.each(rows.filter(([, , , streams]) => streams))(
    'is in the receipt of a stream: %s',
    async (_endpoint, path, body, _streams, usage, micros) => {
      const isTranslated = path.startsWith('/v1/');
      const asked = isTranslated ? { ...body, stream: true, stream_options: { include_usage: true } } : { ...body, stream: true };
      const { receipt, headers, text } = await ask(path, asked, { 'x-request-id': 'stream' });
      expect([receipt.outcome, receipt.estimator]).toEqual(['ok', undefined]);
      expect(receipt.usage).toEqual(usage);
      expect(receipt.cost?.micros ?? null).toBe(micros);
      expect(headers.get('x-ai-proxy-cost')).toBeNull();
      const told = text.split('\n').find((line) => line.includes('"cost":'));
      const cost = told === undefined ? undefined : (JSON.parse(told.slice('data: '.length)) as { usage: { cost: number } }).usage.cost;
      expect(cost).toBe(isTranslated && micros !== null ? micros / 1e6 : undefined);
    },
  );

  it('is without cost where the caller of a stream asked for no usage', async () => {
    const { receipt, text } = await ask('/v1/chat/completions', { model: 'mistral/mistral-small-latest', messages, stream: true });
    expect([receipt.cost?.micros, text.includes('"cost"')]).toEqual([8, false]);
  });

  it('is estimated where the provider states none, and counts the texts all the same', async () => {
    const model = 'mistral-moderation-latest';
    for (const path of ['/v1/moderations', '/mistral/v1/moderations']) {
      const asked = { model: path.startsWith('/v1/') ? `mistral/${model}` : model, input: ['one two', 'three'] };
      const { receipt, headers } = await ask(path, asked);
      // 12 bytes at 3.5 a token.
      expect(receipt).toMatchObject({ outcome: 'ok', usage: { inputTokens: 4, items: 2 }, estimator: 'request', cost: { micros: 4000 } });
      expect(headers.get('x-ai-proxy-cost')).toBe('0.004');
    }
    const classified = await ask('/mistral/v1/classifications', {
      model: 'ft:classifier:ministral-3b-latest:simulator:20260102:intent',
      input: 'one two',
    });
    expect(classified.receipt).toMatchObject({ usage: { inputTokens: 2, items: 1 }, estimator: 'request', cost: { micros: 2000 } });
    const embedded = await ask('/ollama/api/embeddings', { model: 'nomic-embed-text', prompt: 'one two' });
    expect(embedded.receipt).toMatchObject({ usage: { inputTokens: 2, items: 1 }, estimator: 'request', cost: { micros: 2000 } });
  });

  it.each([false, true])('are the characters of speech, streamed: %s', async (stream) => {
    const { receipt } = await ask('/mistral/v1/audio/speech', { model: 'voxtral-mini-tts-latest', input: 'Grüße 🌍', stream });
    expect(receipt.usage).toMatchObject({ characters: 7 });
    expect([receipt.outcome, receipt.estimator, receipt.cost?.micros]).toEqual(['ok', undefined, 112]);
  });

  it('of Ollama is nothing where a model was only loaded', async () => {
    const { receipt } = await ask('/ollama/api/generate', { model: 'llama3.2', stream: false });
    expect(receipt).toMatchObject({ usage: { inputTokens: 0, outputTokens: 0 }, estimator: undefined, cost: { micros: 0 } });
  });

  it('is nothing where no model was asked, and no header tells of it', async () => {
    const { receipt, headers } = await ask('/ollama/api/show', { model: 'llama3.2' });
    expect([receipt.usage, receipt.estimator, receipt.cost]).toEqual([undefined, undefined, null]);
    expect(headers.get('x-ai-proxy-cost')).toBeNull();
  });
});

describe('what a relayed call consumed and cost', () => {
  const form = (stream: boolean): FormData => {
    const data = new FormData();
    data.set('model', 'voxtral-mini-latest');
    data.set('file', new Blob(['sound']), 'talk.mp3');
    if (stream) data.set('stream', 'true');
    return data;
  };
  // "This is the simulated transcript of talk.mp3": three seconds at 0.00005 dollars
  const usage = { inputTokens: 4, outputTokens: 7, seconds: 3 };

  it.each([false, true])('is read from the answer as it passes a binding, streamed: %s', async (stream) => {
    const { receipt, status, text } = await ask('/mistral/v1/audio/transcriptions', form(stream));
    expect(status).toBe(200);
    expect(text).toContain('talk.mp3');
    expect(receipt).toMatchObject({
      outcome: 'ok',
      usage,
      estimator: undefined,
      modelServed: 'voxtral-mini-latest',
      cost: { micros: 150 },
    });
  });

  it.each([false, true])('is read from the answer as it passes `fetch`, streamed: %s', async (stream) => {
    const settled = nextReceipt();
    const answer = await proxy.fetch('http://proxy/mistral/v1/audio/transcriptions', { method: 'POST', body: form(stream) });
    expect(await answer.text()).toContain('talk.mp3');
    expect(await settled).toMatchObject({ outcome: 'ok', usage, modelServed: 'voxtral-mini-latest', cost: { micros: 150 } });
  });

  it('of a batch is accounted once, by the job or by its file', async () => {
    const requests = ['one', 'one two'].map((content, index) => ({
      custom_id: String(index),
      body: { messages: [{ role: 'user', content }] },
    }));
    const created = await ask('/mistral/v1/batch/jobs', { endpoint: '/v1/chat/completions', model: 'mistral-small-latest', requests });
    const { id } = JSON.parse(created.text) as { id: string };
    const looks = [];
    for (let look = 0; look < 4; look += 1) looks.push(await ask(`/mistral/v1/batch/jobs/${id}?inline=true`, undefined));
    const job = JSON.parse(looks.at(-1)?.text ?? '') as { status: string; output_file: string };
    expect(job.status).toBe('SUCCESS');
    // 1 + 2 in; "This is the simulator of mistral-small-latest. You said:" and what was said out
    const seen = looks.map(({ receipt }) => receipt.usage);
    expect(seen.filter((one) => one !== undefined)).toEqual([{ inputTokens: 3, outputTokens: 19 }]);
    // Batches have other prices than calls.
    expect(looks.map(({ receipt }) => receipt.cost)).toEqual([null, null, null, null]);
    const file = await ask(`/mistral/v1/files/${job.output_file}/content`, undefined);
    expect([file.status, file.text.trim().split('\n').length, file.receipt.usage]).toEqual([200, 2, undefined]);
  });

  it('of a batch is read from its file, line by line', async () => {
    const requests = [{ custom_id: 'a', body: { input: 'one two' } }];
    const created = await ask('/mistral/v1/batch/jobs', { endpoint: '/v1/embeddings', model: 'mistral-embed', requests });
    const { id } = JSON.parse(created.text) as { id: string };
    let job: { output_file?: string | null } = {};
    for (let look = 0; look < 4; look += 1) job = JSON.parse((await ask(`/mistral/v1/batch/jobs/${id}`, undefined)).text) as typeof job;
    const first = await ask(`/mistral/v1/files/${job.output_file ?? ''}/content`, undefined);
    const again = await ask(`/mistral/v1/files/${job.output_file ?? ''}/content`, undefined);
    expect([first.receipt.usage, again.receipt.usage]).toEqual([{ inputTokens: 2, outputTokens: 0 }, undefined]);
  });

  it('of another file is nothing, and the file comes down as it is', async () => {
    const bytes = Buffer.from(`{"id":"x","response":{"status_code":200}}\n{"broken`);
    const data = new FormData();
    data.set('purpose', 'ocr');
    data.set('file', new Blob([bytes]), 'a.bin');
    const { id } = JSON.parse((await ask('/mistral/v1/files', data)).text) as { id: string };
    const { receipt, text } = await ask(`/mistral/v1/files/${id}/content`, undefined);
    expect([text, receipt.usage, receipt.outcome]).toEqual([bytes.toString(), undefined, 'ok']);
  });
});

describe('a call whose provider did not come to say what it consumed', () => {
  // Six bytes a chunk, five chunks: at most 9 tokens at 3.5 bytes each.
  const chunks = 5;
  const text = 'words ';
  const frames: Readonly<Record<string, () => string>> = {
    '/v1/chat/completions': () =>
      `data: ${JSON.stringify({ id: 'a', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta: { content: text }, finish_reason: null }] })}\n\n`,
    '/v1/conversations': () =>
      `event: message.output.delta\ndata: ${JSON.stringify({ type: 'message.output.delta', model: 'm', content: text })}\n\n`,
    '/api/chat': () => `${JSON.stringify({ model: 'm', message: { role: 'assistant', content: text }, done: false })}\n`,
    '/api/generate': () => `${JSON.stringify({ model: 'm', response: text, done: false })}\n`,
  };
  let upstream: { readonly server: Server; readonly url: string };
  let house: { readonly server: Server; readonly url: string };
  let gateway: Proxy;
  const settled = new Map<string, Receipt[]>();
  const told = new Map<string, (receipt: Receipt) => void>();

  beforeAll(async () => {
    upstream = await startServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (more: string) => (body += more));
      request.on('end', () => {
        const how = /"(?:content|prompt|inputs)":"(\w+)/.exec(body)?.[1] ?? '';
        if (how === 'refuse') return response.writeHead(400, { 'content-type': 'application/json' }).end('{"message":"no","error":"no"}');
        if (how === 'silent') return undefined;
        if (how === 'reset') return request.socket.destroy();
        const write = frames[request.url ?? ''] ?? (() => '');
        response.writeHead(200, {
          'content-type': request.url?.startsWith('/api') === true ? 'application/x-ndjson' : 'text/event-stream',
        });
        const next = (left: number): void => {
          if (left > 0) response.write(write(), () => setImmediate(next, left - 1));
          else if (how === 'cut') request.socket.destroy();
        };
        next(how === 'empty' ? 0 : chunks);
        if (how === 'empty') response.end();
        return undefined;
      });
    });
    gateway = createProxy({
      providers: [mistral({ baseURL: upstream.url, apiKey: 'k' }), ollama({ baseURL: upstream.url })],
      retry: false,
      breaker: false,
      timeouts: { firstByte: 1500, idle: 1500 },
      prices: prices({
        own: { 'mistral/*': { inputPerMillion: 1, outputPerMillion: 2 }, 'ollama/*': { inputPerMillion: 1, outputPerMillion: 2 } },
      }),
      log: { debug() {}, info() {}, warn() {}, error() {} },
      onReceipt(receipt) {
        const name = receipt.endUser ?? '';
        settled.set(name, [...(settled.get(name) ?? []), receipt]);
        told.get(name)?.(receipt);
      },
    });
    house = await startServer((req, res) => aiProxy(gateway)(req, res, () => res.writeHead(404).end()));
  });

  afterAll(async () => {
    await gateway.close({ grace: 0 });
    house.server.closeAllConnections();
    house.server.close();
    upstream.server.closeAllConnections();
    upstream.server.close();
  });

  const words = (how: string): string => `${how} one two three`;
  const ways = [
    ['/v1/chat/completions', 'mistral/m'],
    ['/mistral/v1/chat/completions', 'm'],
    ['/mistral/v1/conversations', 'm'],
    ['/v1/chat/completions', 'ollama/m'],
    ['/ollama/api/chat', 'm'],
    ['/ollama/api/generate', 'm'],
  ] as const;

  /** Asks, and leaves once so many bytes of words have come. */
  async function askAndLeave(name: string, way: (typeof ways)[number], how: string, leaveAt: number): Promise<Receipt> {
    const [path, model] = way;
    const leaving = new AbortController();
    const done = new Promise<Receipt>((resolve) => told.set(name, resolve));
    const asked = path.endsWith('conversations')
      ? { inputs: words(how) }
      : path.endsWith('generate')
        ? { prompt: words(how) }
        : { messages: [{ role: 'user', content: words(how) }] };
    try {
      const request = fetch(house.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-ai-proxy-end-user': name },
        body: JSON.stringify({ model, stream: true, ...asked }),
        signal: leaving.signal,
      });
      if (leaveAt === 0) setTimeout(() => leaving.abort(), 100);
      const answer = await request;
      let seen = '';
      for await (const piece of answer.body ?? []) {
        seen += Buffer.from(piece as Uint8Array).toString();
        if (leaveAt > 0 && seen.split(text).length - 1 >= leaveAt) leaving.abort();
      }
    } catch {
      // That is what leaving looks like.
    }
    return done;
  }

  // Eighteen bytes, and around a conversation of one message ten tokens more.
  const hasMessages = (receipt: Receipt): boolean => receipt.operation === 'chat';

  it('of a caller who left in the middle is told from what was seen, once, 240 times', { timeout: 120_000 }, async () => {
    const calls = Array.from({ length: 240 }, (_, index) => ({
      name: `left-${index}`,
      way: ways[index % ways.length] ?? ways[0],
      leaveAt: 1 + (Math.floor(index / ways.length) % chunks),
    }));
    for (let at = 0; at < calls.length; at += 24) {
      const some = await Promise.all(
        calls
          .slice(at, at + 24)
          .map(async ({ name, way, leaveAt }) => ({ leaveAt, receipt: await askAndLeave(name, way, 'talk', leaveAt) })),
      );
      for (const { leaveAt, receipt } of some) {
        expect(receipt).toMatchObject({ outcome: 'caller_left', estimator: 'request and answer' });
        expect(receipt.usage?.inputTokens).toBe(hasMessages(receipt) ? 6 + 10 : 6);
        expect(receipt.usage?.outputTokens).toBeGreaterThanOrEqual(Math.ceil((leaveAt * text.length) / 3.5));
        expect(receipt.usage?.outputTokens).toBeLessThanOrEqual(Math.ceil((chunks * text.length) / 3.5));
        expect(receipt.cost?.micros).toBe((receipt.usage?.inputTokens ?? 0) + 2 * (receipt.usage?.outputTokens ?? 0));
      }
    }
    expect(calls.filter(({ name }) => settled.get(name)?.length !== 1)).toEqual([]);
  });

  it.each(ways.map((way) => ({ way })))('is told by what broke it off: $way.0 $way.1', async ({ way }) => {
    const all = { inputTokens: expect.any(Number) as number, outputTokens: Math.ceil((chunks * text.length) / 3.5) };
    const brokenOff = expect.stringMatching(/^upstream_(?:eof|reset)$/) as string;
    const cases = [
      // how, when the caller leaves, what it comes to
      ['cut', -1, { outcome: brokenOff, estimator: 'request and answer', usage: all }],
      ['talk', -1, { outcome: 'timeout_idle', estimator: 'request and answer', usage: all }],
      ['silent', -1, { outcome: 'timeout_first_byte', estimator: 'request' }],
      ['silent', 0, { outcome: 'caller_left', estimator: 'request' }],
      ['refuse', -1, { outcome: 'provider_error', estimator: undefined, usage: undefined, cost: null }],
      ['reset', -1, { outcome: brokenOff, estimator: undefined, usage: undefined, cost: null }],
      ['empty', -1, { outcome: 'upstream_eof', estimator: undefined, usage: undefined, cost: null }],
    ] as const;
    const seen = await Promise.all(
      cases.map(async ([how, leaveAt, expected]) => {
        const receipt = await askAndLeave(`${way.join('-')}-${how}-${leaveAt}`, way, how, leaveAt);
        return { how, receipt, expected };
      }),
    );
    for (const { how, receipt, expected } of seen) {
      expect({ how, ...receipt }).toMatchObject(expected);
      if (expected.estimator !== 'request') continue;
      expect(receipt.usage?.inputTokens).toBeGreaterThan(0);
      expect(receipt.usage).not.toHaveProperty('outputTokens');
    }
  });
});
