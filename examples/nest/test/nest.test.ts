import 'reflect-metadata';
import { startMistralSimulator } from '@ai-proxy/testing';
import type { MistralSimulator } from '@ai-proxy/testing';
import type { NestExpressApplication } from '@nestjs/platform-express';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp } from '../src/app.ts';

const model = 'fast';
const messages = [{ role: 'user' as const, content: 'Hello there' }];

describe('the Nest example', () => {
  let simulator: MistralSimulator;
  let app: NestExpressApplication;
  let url: string;

  beforeAll(async () => {
    simulator = await startMistralSimulator();
    vi.stubEnv('MISTRAL_API_BASE', simulator.url);
    vi.stubEnv('MISTRAL_API_KEY', simulator.apiKey);
    app = await createApp();
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });
  afterAll(async () => {
    await app.close();
    await simulator.close();
    vi.unstubAllEnvs();
  });
  beforeEach(() => simulator.behave({}));

  describe.each([
    ['/ai', 'as middleware', {}],
    ['/team/ai', 'behind a guard', { 'x-user': 'ada' }],
  ])('at %s, %s', (mount, _where, headers) => {
    let client: OpenAI;

    beforeAll(() => {
      client = new OpenAI({ baseURL: `${url}${mount}/v1`, apiKey: 'none', defaultHeaders: headers, maxRetries: 0 });
    });

    it('answers an alias through the gateway', async () => {
      const { choices } = await client.chat.completions.create({ model, messages });
      expect(choices[0]?.message.content).toBe(simulator.requests.at(-1)?.truth?.texts[0]);
      expect(simulator.requests.at(-1)).toMatchObject({
        json: { model: 'mistral-small-latest', messages },
        headers: { authorization: `Bearer ${simulator.apiKey}` },
      });
    });

    it('takes more than Nest takes by default', async () => {
      const long = [{ role: 'user' as const, content: 'x'.repeat(300_000) }];
      const { usage } = await client.chat.completions.create({ model, messages: long });
      expect(usage?.total_tokens).toBeGreaterThan(0);
      expect(simulator.requests.at(-1)?.json).toMatchObject({ messages: long });
    });

    it('streams', async () => {
      const chunks = await Array.fromAsync(await client.chat.completions.create({ model, messages, stream: true }));
      expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe(simulator.requests.at(-1)?.truth?.texts[0]);
    });

    it('relays an upload', async () => {
      const form = new FormData();
      form.append('purpose', 'ocr');
      form.append('file', new Blob([new Uint8Array(300_000)]), 'bytes.bin');
      const answer = await fetch(`${url}${mount}/mistral/v1/files`, { method: 'POST', body: form, headers });
      expect(await answer.json()).toMatchObject({ filename: 'bytes.bin', bytes: 300_000 });
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
  });

  it('lets nobody in whom the guard refuses', async () => {
    const asked = simulator.requests.length;
    const stranger = new OpenAI({ baseURL: `${url}/team/ai/v1`, apiKey: 'none', maxRetries: 0 });
    await expect(stranger.chat.completions.create({ model, messages })).rejects.toMatchObject({ status: 403 });
    expect(simulator.requests).toHaveLength(asked);
  });

  it('still serves the application, and its own answers where the gateway has none', async () => {
    expect(await (await fetch(url)).text()).toContain('The application itself');
    expect(await (await fetch(`${url}/ai/nothing`)).json()).toMatchObject({ statusCode: 404 });
  });
});
