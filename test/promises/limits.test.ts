// What a caller or a provider may send at most, and what is said beyond it.

import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createProxy } from '@ai-proxy/core';
import { mistral } from '@ai-proxy/mistral';
import { answerHead, chunk, sendRaw, startMistralSimulator, startScriptedUpstream } from '@ai-proxy/testing';
import type { MistralSimulator, RawVerdict, ScriptedUpstream } from '@ai-proxy/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { isMistralError, isOpenaiError, parse } from './fixtures/judge.ts';
import { openConnection } from './fixtures/open-connection.ts';
import { printTable } from './fixtures/print-table.ts';
import { settlesDown } from './fixtures/settle-down.ts';
import { startProxy } from './fixtures/start-proxy.ts';
import type { RunningProxy } from './fixtures/start-proxy.ts';

const mebibyte = 1024 * 1024;
const routes = [
  { route: 'translated', path: '/ai/v1/chat/completions', model: 'mistral/mistral-small-latest', isError: isOpenaiError },
  { route: 'native', path: '/ai/mistral/v1/chat/completions', model: 'mistral-small-latest', isError: isMistralError },
] as const;
const json = { 'content-type': 'application/json' };

let provider: MistralSimulator;
let scripted: ScriptedUpstream;
let flood: Flood;
let proxy: RunningProxy;

beforeAll(async () => {
  provider = await startMistralSimulator();
  scripted = await startScriptedUpstream((_, request) => {
    const text = Buffer.from(request).toString();
    const size = Number(/"model":"event-(\d+)"/.exec(text)?.[1] ?? 0);
    const headers = Number(/"model":"headers-(\d+)"/.exec(text)?.[1] ?? 0);
    if (headers > 0) return [['write', answerHead(200, { 'x-long': 'x'.repeat(headers), ...json, 'content-length': '2' }) + '{}']];
    return [
      ['write', answerHead(200, { 'content-type': 'text/event-stream', 'transfer-encoding': 'chunked' })],
      ...[contentOf('begun'), contentOf('x'.repeat(size)), finish, 'data: [DONE]\n\n'].map((event) => ['write', chunk(event)] as const),
      ['write', chunk('')],
    ];
  });
  flood = await startFlood();
  proxy = await startProxy({
    binding: 'express',
    upstreams: [
      { name: 'mistral', url: provider.url, apiKey: provider.apiKey },
      { name: 'scripted', url: scripted.url, apiKey: 'key' },
      { name: 'flood', url: flood.url, apiKey: 'key' },
    ],
    options: { retry: false, breaker: false, limits: { event: mebibyte } },
    others: { '/roomy': { retry: false, breaker: false } },
  });
}, 60_000);

afterAll(async () => {
  await proxy.stop();
  await Promise.all([provider.close(), scripted.close(), flood.close()]);
});

const piece = (delta: object, finishReason: string | null): string =>
  `data: ${JSON.stringify({ id: 'a', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: finishReason }] })}\n\n`;
const contentOf = (content: string): string => piece({ content }, null);
const finish = piece({}, 'stop');

const ask = (path: string, body: unknown, headers: Record<string, string> = json): Promise<RawVerdict> =>
  sendRaw({ port: proxy.port, path, headers, body: typeof body === 'string' ? body : JSON.stringify(body), timeoutMs: 30_000 });
const chat = (model: string, more: object = {}): object => ({ model, messages: [{ role: 'user', content: 'Hello' }], ...more });

describe.each(routes)('a body that cannot be taken ($route)', ({ path, model, isError }) => {
  const requestHead = (headers: string): string => `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${headers}\r\n`;
  const small = (): string => {
    const body = JSON.stringify(chat(model));
    return `${requestHead(`content-length: ${body.length}\r\n`)}${body}`;
  };

  it.each([
    ['with its length', 'content-length'],
    ['in chunks', 'transfer-encoding'],
  ])('of 20 MiB, sent %s, is a 413 and leaves a connection that serves the next request', async (_, framing) => {
    const connection = await openConnection(proxy.port);
    onTestFinished(() => connection.close());
    const size = 20 * mebibyte;
    if (framing === 'content-length') {
      connection.send(requestHead(`content-length: ${size}\r\n`));
      connection.send(Buffer.alloc(size, ' '));
    } else {
      connection.send(requestHead('transfer-encoding: chunked\r\n'));
      for (let sent = 0; sent < size; sent += mebibyte) connection.send(chunk(Buffer.alloc(mebibyte, ' ')));
      connection.send(chunk(''));
    }
    const refused = await connection.next();
    connection.send(small());
    const answered = await connection.next();
    expect([refused?.start, answered?.start]).toEqual(['HTTP/1.1 413 Payload Too Large', 'HTTP/1.1 200 OK']);
    const body = parse(Buffer.from(refused?.body ?? []).toString());
    expect([isError(body), JSON.stringify(body)]).toEqual([true, expect.stringContaining('"code":"body_too_large"')]);
  });

  it('is refused before it is sent where the caller says its size', async () => {
    const connection = await openConnection(proxy.port);
    onTestFinished(() => connection.close());
    connection.send(requestHead(`content-length: ${20 * mebibyte}\r\n`));
    const refused = await connection.next();
    expect(refused?.start).toBe('HTTP/1.1 413 Payload Too Large');
  });

  it.each([
    ['malformed', '{"model": "m",\n "messages": [}', 400, 'invalid_json', /line 2,? column 15/],
    ['empty', '', 400, 'invalid_json', /empty/],
    ['nested 200,000 deep', '['.repeat(200_000) + ']'.repeat(200_000), 400, 'invalid_json', /nested deeper than 128 levels/],
    [
      'nested 200,000 deep inside of a field',
      `{"model":"m","messages":${'['.repeat(200_000)}${']'.repeat(200_000)}}`,
      400,
      'invalid_json',
      /nested deeper than 128 levels/,
    ],
    ['no object', '[]', 400, 'invalid_body', /JSON object/],
  ] as const)('because it is %s says where and what', async (_, body, status, code, message) => {
    const before = provider.requests.length;
    const seen = await ask(path, body);
    expect([seen.status, seen.ending, isError(parse(seen.text)), seen.headers['x-ai-proxy-error-source']]).toEqual([
      status,
      'complete',
      true,
      'caller',
    ]);
    expect(seen.text).toContain(`"code":"${code}"`);
    expect(seen.text).toMatch(message);
    expect(provider.requests.length).toBe(before);
  });

  it('because it is no JSON by its type is a 415 that says what to send', async () => {
    const seen = await ask(path, JSON.stringify(chat(model)), { 'content-type': 'text/plain' });
    expect([seen.status, isError(parse(seen.text))]).toEqual([415, true]);
    expect(seen.text).toContain('Content-Type: application/json');
  });

  it('with headers beyond all measure is refused by the server itself, and the process goes on', async () => {
    const large = await ask(path, chat(model), { ...json, 'x-large': 'x'.repeat(20_000) });
    const many = await ask(path, chat(model), {
      ...json,
      ...Object.fromEntries(Array.from({ length: 1900 }, (_, index) => [`x-${index}`, '1'])),
    });
    const after = await ask(path, chat(model));
    expect([large.status, many.status < 500 || many.status === 431, after.status, proxy.isAlive]).toEqual([431, true, 200, true]);
  });
});

describe('a name that leads nowhere', () => {
  it('is a 404 that shows the names near it', async () => {
    const alone = createProxy({ providers: [mistral({ baseURL: provider.url, apiKey: provider.apiKey })] });
    onTestFinished(() => alone.close());
    const seen = await alone.fetch('http://localhost/v1/chat/completions', {
      method: 'POST',
      headers: json,
      body: JSON.stringify(chat('mistral-smal-latest')),
    });
    const body: unknown = await seen.json();
    expect([seen.status, isOpenaiError(body)]).toEqual([404, true]);
    expect(JSON.stringify(body)).toMatch(/mistral-small-latest.*"code":"model_not_found"/);
  });

  it('is a mistake at the start where there is no provider at all', () => {
    expect(() => createProxy({ providers: [] })).toThrow(/No provider is configured.*mistral\(\).*MISTRAL_API_KEY/);
  });
});

describe.each(routes)('an event of a provider ($route)', ({ route, isError }) => {
  const askFor = (mount: string, name: string): Promise<RawVerdict> =>
    route === 'translated'
      ? ask(`${mount}/v1/chat/completions`, chat(`scripted/${name}`, { stream: true }))
      : ask(`${mount}/scripted/v1/chat/completions`, chat(name, { stream: true }));

  it('of 5 MB passes whole', async () => {
    const seen = await askFor('/roomy', 'event-5000000');
    expect([seen.status, seen.ending, seen.text.endsWith('data: [DONE]\n\n'), seen.text.includes('x'.repeat(5_000_000))]).toEqual([
      200,
      'complete',
      true,
      true,
    ]);
  });

  it('that is larger than its bound ends the stream with an error event and a cut', async () => {
    const seen = await askFor('/ai', 'event-2000000');
    const [, last] = /data: (\{.*\})\n\n$/.exec(seen.text.slice(-2000)) ?? [];
    expect([seen.status, seen.ending, isError(parse(last ?? '')), seen.text.includes('[DONE]')]).toEqual([200, 'cut', true, false]);
    expect(last).toContain('"code":"upstream_too_large"');
    expect(seen.body.length).toBeLessThan(10_000);
  });

  it('is never reached where the headers before it are beyond all measure', async () => {
    const seen = await askFor('/ai', 'headers-40000');
    expect([seen.status, seen.ending, isError(parse(seen.text))]).toEqual([502, 'complete', true]);
  });
});

/** A provider that writes events as fast as they are taken, up to a bound. */
interface Flood {
  readonly url: string;
  /** What has been taken from it. */
  pulled(): number;
  /** Whether it could write all of it. */
  readonly isDone: boolean;
  close(): Promise<void>;
}

async function startFlood(): Promise<Flood> {
  const size = 64 * mebibyte;
  let socket: Socket | undefined;
  let isDone = false;
  const event = Buffer.from(contentOf('x'.repeat(16 * 1024)));
  const server = createServer((accepted) => {
    socket = accepted;
    accepted.on('error', () => {});
    accepted.once('data', () => {
      accepted.write(answerHead(200, { 'content-type': 'text/event-stream', connection: 'close' }));
      let written = 0;
      const more = (): void => {
        while (written < size) {
          written += event.length;
          if (!accepted.write(event)) return void accepted.once('drain', more);
        }
        isDone = true;
        accepted.end(`${finish}data: [DONE]\n\n`);
      };
      more();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pulled: () => (socket === undefined ? 0 : socket.bytesWritten - socket.writableLength),
    get isDone() {
      return isDone;
    },
    async close() {
      socket?.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** A caller who reads so many bytes, stops, and goes on when told. */
function startReader(
  path: string,
  body: string,
  most: number,
): { readonly read: number; readonly isPaused: boolean; readOn(): Promise<string> } {
  let read = 0;
  let last = '';
  const socket = connect({ port: proxy.port, host: '127.0.0.1' });
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  let isPaused = false;
  socket.on('data', (bytes) => {
    read += bytes.length;
    last = (last + bytes.subarray(-100).toString('latin1')).slice(-21);
    if (isPaused || read < most) return;
    isPaused = true;
    socket.pause();
  });
  return {
    get read() {
      return read;
    },
    get isPaused() {
      return isPaused;
    },
    async readOn() {
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.resume();
      await closed;
      return last;
    },
  };
}

describe('a caller who stops reading', () => {
  it.each(routes)(
    'stops a provider that writes 64 MB, with little held, and gets all of it later ($route)',
    { timeout: 60_000 },
    async ({ route }) => {
      // Once first: what is compiled and kept for every call is not held for this one.
      await ask('/ai/v1/chat/completions', chat('scripted/event-10', { stream: true }));
      await ask('/ai/scripted/v1/chat/completions', chat('event-10', { stream: true }));
      await proxy.state();
      const before = await proxy.state();
      const path = route === 'translated' ? '/ai/v1/chat/completions' : '/ai/flood/v1/chat/completions';
      const reader = startReader(path, JSON.stringify(chat(route === 'translated' ? 'flood/m' : 'm', { stream: true })), 1);
      await settlesDown(() => reader.isPaused);
      // Until nothing is taken any more.
      let last = -1;
      await settlesDown(async () => {
        const now = flood.pulled();
        const isStill = now === last;
        last = now;
        if (!isStill) await delay(250);
        return isStill;
      }, 20_000);
      const during = await proxy.state();
      const ahead = flood.pulled() - reader.read;
      const atRest = reader.read;
      const end = await reader.readOn();
      printTable(`A caller who stops reading a provider that writes 64 MB (${route})`, [
        {
          'read before he stopped': atRest,
          'pulled ahead of him, system buffers of both connections included': `${(ahead / 1e6).toFixed(1)} MB`,
          'more memory in the proxy': `${(Math.max(0, during.memory - before.memory) / 1e6).toFixed(1)} MB`,
          'read in the end': reader.read,
        },
      ]);
      expect([end, flood.isDone, reader.read > 64 * mebibyte]).toEqual(['data: [DONE]\n\n\r\n0\r\n\r\n', true, true]);
      // Nearly all of it lies in the system's buffers of the two connections, which take up to some 5 MB each.
      expect(ahead).toBeLessThan(12_000_000);
      expect(during.memory - before.memory).toBeLessThan(3 * mebibyte);
    },
  );
});

describe('the process behind all this', () => {
  it('has come to no harm', () => {
    expect([proxy.troubles, proxy.isAlive]).toEqual([[], true]);
  });
});
