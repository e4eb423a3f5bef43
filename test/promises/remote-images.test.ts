// A picture that a caller names by URL, from the caller's side, from Ollama's, and from that of whoever serves it.

import { createServer } from 'node:http';
import type { IncomingHttpHeaders, RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { aiProxy } from '@ai-proxy/connect';
import type { Receipt } from '@ai-proxy/core';
import { ollama } from '@ai-proxy/ollama';
import { startOllamaSimulator } from '@ai-proxy/testing';
import type { OllamaSimulator } from '@ai-proxy/testing';
import OpenAI, { BadRequestError } from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const large = Buffer.alloc(3_000_000, pixel, 'base64');
const secret = 'the keys of the house';
const model = 'ollama/gemma3:4b';

interface Asked {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** A server whose host the operator has named. */
let pictures: { readonly server: Server; readonly url: string; readonly asked: Asked[] };
/** A server on the same machine that he has not. */
let inside: { readonly server: Server; readonly url: string; readonly asked: Asked[] };
let local: OllamaSimulator;
let app: Server;
let client: OpenAI;
let withoutFetching: OpenAI;
const receipts: Receipt[] = [];
let close: () => Promise<void>;

beforeAll(async () => {
  inside = await startHost((_request, response) => {
    response.writeHead(200, { 'content-type': 'image/png' });
    response.end(Buffer.from(pixel, 'base64'));
  });
  pictures = await startHost((request, response) => {
    const png = { 'content-type': 'image/png' };
    switch (request.url) {
      case '/pixel.png':
        return response.writeHead(200, png).end(Buffer.from(pixel, 'base64'));
      case '/large.png':
        return response.writeHead(200, png).end(large);
      case '/moved.png':
        return response.writeHead(302, { location: '/pixel.png' }).end();
      case '/inside.png':
        return response.writeHead(302, { location: `${inside.url}/pixel.png` }).end(secret);
      case '/page':
        return response.writeHead(200, { 'content-type': 'text/html' }).end(secret);
      case '/silent.png':
        return response.writeHead(200, png).flushHeaders();
      default:
        return response.writeHead(404).end(secret);
    }
  });
  local = await startOllamaSimulator();
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const providers = [ollama({ baseURL: local.url })];
  const fetching = aiProxy({
    providers,
    log,
    prefix: '/ai',
    remoteFiles: { trustedHosts: [new URL(pictures.url).host], maxFiles: 4, timeout: 500 },
    onReceipt: (receipt) => receipts.push(receipt),
  });
  const plain = aiProxy({ providers, log, prefix: '/plain' });
  app = await listen((req, res) => {
    fetching(req, res, () => plain(req, res));
  });
  const clientOf = (mount: string): OpenAI =>
    new OpenAI({ baseURL: `${urlOf(app)}/${mount}/v1`, apiKey: 'sk-of-the-caller', maxRetries: 0, defaultHeaders: { cookie: 'a=b' } });
  client = clientOf('ai');
  withoutFetching = clientOf('plain');
  close = async () => {
    await Promise.all([fetching.proxy.close(), plain.proxy.close()]);
  };
});

afterAll(async () => {
  await close();
  for (const server of [app, pictures.server, inside.server]) {
    server.closeAllConnections();
    server.close();
  }
  await local.close();
});

beforeEach(() => {
  local.clear();
  pictures.asked.length = 0;
  inside.asked.length = 0;
  receipts.length = 0;
});

const look = (...urls: readonly string[]): OpenAI.ChatCompletionCreateParamsNonStreaming => ({
  model,
  messages: [
    {
      role: 'user',
      content: [{ type: 'text', text: 'What is this?' }, ...urls.map((url) => ({ type: 'image_url' as const, image_url: { url } }))],
    },
  ],
});

/** The pictures of the last message that Ollama was sent, in base64. */
function imagesAtOllama(): unknown {
  const { json } = local.requests[0] ?? {};
  return (json as { messages: { images?: unknown }[] }).messages[0]?.images;
}

async function refusalOf(asking: PromiseLike<unknown>): Promise<BadRequestError> {
  try {
    await asking;
  } catch (error) {
    if (error instanceof BadRequestError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('a picture by URL', () => {
  it('comes to Ollama as the bytes that its host serves', async () => {
    const answer = await client.chat.completions.create(look(`${pictures.url}/pixel.png`));
    expect(answer.choices[0]?.finish_reason).toBe('stop');
    expect(answer.choices[0]?.message.content).not.toBe('');
    expect(imagesAtOllama()).toEqual([pixel]);
    expect(local.requests).toHaveLength(1);
  });

  it('comes to Ollama before a stream begins', async () => {
    let [text, finish] = ['', ''];
    for await (const { choices } of await client.chat.completions.create({ ...look(`${pictures.url}/pixel.png`), stream: true })) {
      text += choices[0]?.delta.content ?? '';
      finish = choices[0]?.finish_reason ?? finish;
    }
    expect([text === '', finish, imagesAtOllama()]).toEqual([false, 'stop', [pixel]]);
  });

  it('comes through a redirect, beside one that was sent along, and once where it is named twice', async () => {
    const [moved, direct] = [`${pictures.url}/moved.png`, `${pictures.url}/pixel.png`];
    await client.chat.completions.create(look(moved, `data:image/png;base64,${pixel}`, direct, direct));
    expect(imagesAtOllama()).toEqual([pixel, pixel, pixel, pixel]);
    expect(pictures.asked.map(({ path = '' }) => path).toSorted()).toEqual(['/moved.png', '/pixel.png', '/pixel.png']);
  });

  it('comes whole when it is large', async () => {
    await client.chat.completions.create(look(`${pictures.url}/large.png`));
    const [sent] = imagesAtOllama() as [string];
    expect(Buffer.compare(Buffer.from(sent, 'base64'), large)).toBe(0);
  });

  it('is asked for without a word of the caller or of the operator', async () => {
    await client.chat.completions.create(look(`${pictures.url}/pixel.png`));
    expect(pictures.asked).toEqual([
      {
        path: '/pixel.png',
        headers: {
          host: new URL(pictures.url).host,
          connection: 'close',
          accept: 'image/jpeg, image/png, image/webp',
          'accept-encoding': 'identity',
          'user-agent': 'ai-proxy',
        },
      },
    ]);
  });
});

describe('a picture that is not fetched', () => {
  it.each([
    ['on this machine', () => `${inside.url}/pixel.png`, 'remote_file_refused'],
    ['on this machine, by another name', () => `http://localhost:${portOf(inside.server)}/`, 'remote_file_refused'],
    ['behind a redirect to this machine', () => `${pictures.url}/inside.png`, 'remote_file_refused'],
    ['of the machine’s own cloud', () => 'http://169.254.169.254/latest/meta-data/', 'remote_file_refused'],
    ['that is not there', () => `${pictures.url}/nothing.png`, 'remote_file_unavailable'],
    ['that is a page', () => `${pictures.url}/page`, 'remote_file_wrong_type'],
    ['that never ends', () => `${pictures.url}/silent.png`, 'remote_file_timeout'],
  ])('%s is the caller’s to mend: he learns which it is, and no more', async (_what, url, code) => {
    const refusal = await refusalOf(client.chat.completions.create(look(`data:image/png;base64,${pixel}`, url())));
    expect([refusal.status, refusal.code, refusal.param, refusal.type]).toEqual([
      400,
      code,
      'messages[0].content[2].image_url.url',
      'invalid_request_error',
    ]);
    expect(refusal.headers.get('x-ai-proxy-error-source')).toBe('caller');
    expect(refusal.message).not.toContain(secret);
    expect([inside.asked, local.requests]).toEqual([[], []]);
    expect(receipts.map(({ outcome, code: cause, attempts }) => [outcome, cause, attempts])).toEqual([['refused', code, 1]]);
  });

  it('because there are too many is named', async () => {
    const refusal = await refusalOf(client.chat.completions.create(look(...Array.from({ length: 5 }, () => `${pictures.url}/pixel.png`))));
    expect([refusal.code, refusal.param]).toEqual(['remote_file_refused', 'messages[0].content[5].image_url.url']);
    expect([pictures.asked, local.requests]).toEqual([[], []]);
  });

  it('because the operator has not switched it on says what to ask him for', async () => {
    const refusal = await refusalOf(withoutFetching.chat.completions.create(look(`${pictures.url}/pixel.png`)));
    expect([refusal.status, refusal.code, refusal.param]).toEqual([400, 'unsupported_parameter', 'messages[0].content[1].image_url.url']);
    expect(refusal.message).toContain('`remoteFiles`');
    expect([pictures.asked, local.requests]).toEqual([[], []]);
  });
});

async function startHost(listener: RequestListener): Promise<{ server: Server; url: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = await listen((request, response) => {
    asked.push({ path: request.url, headers: request.headers });
    listener(request, response);
  });
  return { server, url: urlOf(server), asked };
}

async function listen(listener: RequestListener): Promise<Server> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return server;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
const urlOf = (server: Server): string => `http://127.0.0.1:${portOf(server)}`;
