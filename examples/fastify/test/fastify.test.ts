import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import compress from '@fastify/compress';
import { mistral } from '@ai-proxy/mistral';
import { startMistralSimulator } from '@ai-proxy/testing';
import type { MistralSimulator } from '@ai-proxy/testing';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aiPlugin } from '../src/ai-plugin.ts';
import { createApp } from '../src/app.ts';

const model = 'fast';
const messages = [{ role: 'user' as const, content: 'Hello there' }];

describe('the Fastify example', () => {
  let simulator: MistralSimulator;
  let app: FastifyInstance;
  let url: string;
  let client: OpenAI;

  beforeAll(async () => {
    simulator = await startMistralSimulator();
    app = createApp({ baseURL: simulator.url, apiKey: simulator.apiKey });
    url = await app.listen({ port: 0, host: '127.0.0.1' });
    client = new OpenAI({ baseURL: `${url}/ai/v1`, apiKey: 'none', defaultHeaders: { 'x-user': 'ada' }, maxRetries: 0 });
  });
  afterAll(async () => {
    await app.close();
    await simulator.close();
  });
  beforeEach(() => simulator.behave({}));

  it('answers an alias through the gateway', async () => {
    const { choices } = await client.chat.completions.create({ model, messages });
    expect(choices[0]?.message.content).toBe(simulator.requests.at(-1)?.truth?.texts[0]);
    expect(simulator.requests.at(-1)).toMatchObject({
      json: { model: 'mistral-small-latest', messages },
      headers: { authorization: `Bearer ${simulator.apiKey}` },
    });
  });

  it('streams', async () => {
    const chunks = await Array.fromAsync(await client.chat.completions.create({ model, messages, stream: true }));
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe(simulator.requests.at(-1)?.truth?.texts[0]);
  });

  it('relays an upload', async () => {
    const form = new FormData();
    form.append('purpose', 'ocr');
    form.append('file', new Blob([new Uint8Array(300_000)]), 'bytes.bin');
    const answer = await fetch(`${url}/ai/mistral/v1/files`, { method: 'POST', body: form, headers: { 'x-user': 'ada' } });
    expect(await answer.json()).toMatchObject({ filename: 'bytes.bin', bytes: 300_000 });
    expect(simulator.requests.at(-1)).toMatchObject({ path: '/v1/files', headers: { authorization: `Bearer ${simulator.apiKey}` } });
  });

  it('reads a large compressed body, and answers uncompressed, behind @fastify/compress', async () => {
    const content = randomBytes(3_000_000).toString('base64');
    const compressing = Fastify();
    await compressing.register(compress, { threshold: 0 });
    await compressing.register(aiPlugin({ providers: [mistral({ baseURL: simulator.url, apiKey: simulator.apiKey })] }), { prefix: '/ai' });
    const answer = await fetch(`${await compressing.listen({ port: 0, host: '127.0.0.1' })}/ai/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: gzipSync(JSON.stringify({ model: 'mistral-small-latest', messages: [{ role: 'user', content }] })),
    });
    expect([answer.status, answer.headers.get('content-encoding')]).toEqual([200, null]);
    expect(await answer.json()).toMatchObject({ choices: [{ finish_reason: 'stop' }] });
    expect(simulator.requests.at(-1)?.json).toMatchObject({ messages: [{ role: 'user', content }] });
    await compressing.close();
  });

  it('stops the provider when the caller leaves', async () => {
    simulator.behave({ tokensPerSecond: 20 });
    const stream = await client.chat.completions.create({ model, messages, stream: true });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    expect(await simulator.requests.at(-1)?.ended).toBe('closed-by-peer');
  });

  it('throws in the middle of a stream that breaks', async () => {
    simulator.behave({ fault: { name: 'resetAfter', events: 3 } });
    const stream = await client.chat.completions.create({ model, messages, stream: true });
    await expect(Array.fromAsync(stream)).rejects.toThrow(/reset/);
  });

  it('lets in nobody who has not signed in', async () => {
    const asked = simulator.requests.length;
    const stranger = new OpenAI({ baseURL: `${url}/ai/v1`, apiKey: 'none', maxRetries: 0 });
    await expect(stranger.chat.completions.create({ model, messages })).rejects.toMatchObject({ status: 401, code: 'caller_unknown' });
    expect(simulator.requests).toHaveLength(asked);
  });

  it('still serves the application, and answers in JSON where the gateway has nothing', async () => {
    expect(await (await fetch(url)).text()).toContain('The application itself');
    const answer = await fetch(`${url}/ai/nothing`, { headers: { 'x-user': 'ada' } });
    expect([answer.status, await answer.json()]).toMatchObject([404, { error: { code: 'path_not_found' } }]);
  });
});
