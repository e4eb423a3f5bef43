import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createProxy } from '@ai-proxy/core';
import { mistral } from '@ai-proxy/mistral';
import connect from 'connect';
import express from 'express';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { aiProxy } from '../src/index.ts';
import { openRaw, readEnd } from './support/raw-client.ts';
import { listen, serve } from './support/servers.ts';

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly authorization: string | undefined;
  readonly body: string;
}

async function readAll(req: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of req) text += String(chunk);
  return text;
}

/** Mistral as far as these tests need it. */
async function openMistral() {
  const seen: Seen[] = [];
  const listening = await serve((req, res) => void answer(req, res));
  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const body = await readAll(req);
    seen.push({ method: req.method, url: req.url, authorization: req.headers.authorization, body });
    if (req.url === '/v1/models') {
      res
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ object: 'list', data: [{ id: 'mistral-small-latest', object: 'model' }] }));
      return;
    }
    if (req.url === '/v1/files') {
      res.setHeader('content-type', 'application/json').end(JSON.stringify({ id: 'file-1', bytes: body.length }));
      return;
    }
    const head = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'mistral-small-latest' };
    if ((JSON.parse(body) as { stream?: boolean }).stream === true) {
      res.setHeader('content-type', 'text/event-stream');
      res.write(
        `data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta: { role: 'assistant', content: 'Hel' }, finish_reason: null }] })}\n\n`,
      );
      res.write(`data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta: { content: 'lo' }, finish_reason: 'stop' }] })}\n\n`);
      res.end('data: [DONE]\n\n');
      return;
    }
    const message = { role: 'assistant', content: 'Hello' };
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify({ ...head, object: 'chat.completion', choices: [{ index: 0, message, finish_reason: 'stop' }] }));
  }
  return { ...listening, seen };
}

const chat = { model: 'mistral/mistral-small-latest', messages: [{ role: 'user', content: 'hi' }] };

describe('aiProxy', () => {
  test.each(['raw', 'parsed'])('answers a chat (%s body)', async (state) => {
    const upstream = await openMistral();
    const app = express();
    if (state === 'parsed') app.use(express.json());
    app.use('/ai', aiProxy({ providers: [mistral({ baseURL: upstream.url, apiKey: 'operator' })] }));

    const answer = await request(app).post('/ai/v1/chat/completions').set('authorization', 'Bearer canary').send(chat);
    expect(answer.status).toBe(200);

    expect(answer.body).toMatchObject({ choices: [{ message: { content: 'Hello' } }] });
    expect(upstream.seen.at(-1)?.authorization).toBe('Bearer operator');
    expect(JSON.stringify(upstream.seen)).not.toContain('canary');
  });

  test('streams a chat to its end', async () => {
    const upstream = await openMistral();
    const { port } = await listen(
      createServer(aiProxy({ providers: [mistral({ baseURL: upstream.url, apiKey: 'operator' })], prefix: '/ai' })),
    );
    const body = JSON.stringify({ ...chat, stream: true });
    const caller = openRaw(
      port,
      `POST /ai/v1/chat/completions HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: ${body.length}\r\ncontent-type: application/json\r\n\r\n${body}`,
    );

    const answer = readEnd(await caller.closed);

    expect(answer.isWhole).toBe(true);
    expect(answer.head).toMatch(/content-type: text\/event-stream/i);
    expect(answer.body).toContain('"content":"Hel"');
    expect(answer.body.trimEnd().endsWith('data: [DONE]')).toBe(true);
  });

  test('relays an upload to the provider it names', async () => {
    const upstream = await openMistral();
    const app = express().use('/ai', aiProxy({ providers: [mistral({ baseURL: upstream.url, apiKey: 'operator' })] }));

    const answer = await request(app).post('/ai/mistral/v1/files').field('purpose', 'batch').attach('file', Buffer.from('{}'), 'a.jsonl');
    expect(answer.status).toBe(200);

    expect(answer.body).toMatchObject({ id: 'file-1' });
    expect(upstream.seen).toMatchObject([{ method: 'POST', url: '/v1/files', authorization: 'Bearer operator' }]);
    expect(upstream.seen[0]?.body).toContain('name="purpose"');
  });

  test('leaves what is not its own to the application', async () => {
    const app = connect()
      .use(aiProxy({ providers: [mistral({ apiKey: 'operator' })] }))
      .use((_req: IncomingMessage, res: ServerResponse) => res.end('page'));

    expect((await request(app).get('/about')).text).toBe('page');
  });

  test('mounts one proxy several times', async () => {
    const upstream = await openMistral();
    const proxy = createProxy({ providers: [mistral({ baseURL: upstream.url, apiKey: 'operator' })] });
    const first = aiProxy(proxy);
    const app = express().use('/one', first).use('/two', aiProxy(proxy));

    await request(app).post('/one/v1/chat/completions').send(chat).expect(200);
    await request(app).post('/two/v1/chat/completions').send(chat).expect(200);
    expect(first.proxy).toBe(proxy);
  });

  test('asks the application who is asking, with the request that its middleware has seen', async () => {
    const upstream = await openMistral();
    const callers: unknown[] = [];
    const app = express()
      .use((req, _res, next) => {
        Object.assign(req, { member: req.headers['x-user'] });
        next();
      })
      .use(
        '/ai',
        aiProxy<express.Request & { member?: string }>({
          providers: [mistral({ baseURL: upstream.url, apiKey: 'operator' })],
          caller: ({ member }) => (member === undefined ? undefined : { id: member }),
          onReceipt: ({ caller }) => callers.push(caller),
        }),
      );

    await request(app).post('/ai/v1/chat/completions').set('x-user', 'ada').send(chat).expect(200);
    const refused = await request(app).post('/ai/v1/chat/completions').send(chat);
    const relay = await request(app).post('/ai/mistral/v1/files').attach('file', Buffer.from('{}'), 'a.jsonl');

    expect([refused.status, refused.body]).toMatchObject([401, { error: { code: 'caller_unknown' } }]);
    expect(relay.status).toBe(401);
    expect(callers).toEqual([{ id: 'ada' }, undefined, undefined]);
    expect(upstream.seen.map(({ url }) => url)).toEqual(['/v1/chat/completions']);
  });

  test.each([
    ['refuses upgrades where only requests are asked about', undefined, /^HTTP\/1\.1 401/],
    ['refuses an upgrade of nobody', () => undefined, /^HTTP\/1\.1 401/],
    ['lets an upgrade in whose caller is known', () => ({ id: 'ada' }), /^HTTP\/1\.1 502/],
  ])('%s', async (_what, upgradeCaller, status) => {
    // Nobody listens there: an upgrade that is let in is a 502.
    const providers = [mistral({ baseURL: 'http://127.0.0.1:9', apiKey: 'operator' })];
    const ai = aiProxy({ providers, prefix: '/ai', caller: () => ({ id: 'ada' }), upgradeCaller });
    const server = createServer(ai);
    server.on('upgrade', ai.upgrade);
    const { port } = await listen(server);
    const path = '/ai/mistral/v1/audio/transcriptions/realtime';
    const caller = openRaw(port, `GET ${path} HTTP/1.1\r\nhost: a\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n`);

    expect(readEnd(await caller.closed).head).toMatch(status);
  });

  test.each([
    ['prefx', { providers: [mistral({ apiKey: 'x' })], prefx: '/ai' }, 'there is no option `prefx`; did you mean `prefix`?'],
    ['provders', { provders: [mistral({ apiKey: 'x' })] }, 'there is no option `provders`; did you mean `providers`?'],
    ['calller', { providers: [mistral({ apiKey: 'x' })], calller: () => null }, 'did you mean `caller`?'],
    ['a caller that is none', { providers: [mistral({ apiKey: 'x' })], caller: 'ada' }, 'caller must be a function'],
  ])('names a wrong option where it is mounted: %s', (_what, options, message) => {
    expect(() => aiProxy(options as never)).toThrow(message);
  });

  test('refuses an upgrade at a path that has none', async () => {
    const ai = aiProxy({ providers: [mistral({ apiKey: 'operator' })], prefix: '/ai' });
    const server = createServer(ai);
    server.on('upgrade', ai.upgrade);
    const { port } = await listen(server);
    const caller = openRaw(port, 'GET /ai/v1/nothing HTTP/1.1\r\nhost: a\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n');

    expect(readEnd(await caller.closed).head).toMatch(/^HTTP\/1\.1 404/);
  });

  test('names a misspelt option where it is mounted', () => {
    const misspelt = { providers: [mistral({ apiKey: 'x' })], alias: {} };

    expect(() => aiProxy(misspelt)).toThrow('aliases');
  });
});

describe('aiProxy without options', () => {
  beforeEach(() => void vi.stubEnv('MISTRAL_API_KEY', ''));
  afterEach(() => void vi.unstubAllEnvs());

  test('says which variables to set where the environment names nothing', async () => {
    const app = express().use('/ai', aiProxy());

    const answer = await request(app).post('/ai/v1/chat/completions').send(chat);
    expect(answer.status).toBe(500);

    expect(answer.body).toMatchObject({ error: { code: 'not_configured' } });
    expect(answer.text).toContain('MISTRAL_API_KEY');
  });

  test('leaves the rest of the application alone where the environment names nothing', async () => {
    const app = express()
      .use(aiProxy())
      .use((_req, res) => void res.send('page'));

    expect((await request(app).get('/about')).text).toBe('page');
  });

  test('is not ready where the environment names nothing', async () => {
    await expect(aiProxy().proxy.ready()).rejects.toMatchObject({ code: 'not_configured' });
  });

  test('reads the environment at the first call', async () => {
    const upstream = await openMistral();
    const app = express().use('/ai', aiProxy());
    vi.stubEnv('MISTRAL_API_KEY', 'from-environment');
    vi.stubEnv('MISTRAL_API_BASE', upstream.url);

    await request(app).post('/ai/v1/chat/completions').send(chat).expect(200);

    expect(upstream.seen.at(-1)?.authorization).toBe('Bearer from-environment');
  });
});
