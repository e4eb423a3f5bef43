import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startMistralSimulator } from '@ai-proxy/testing';
import type { MistralSimulator } from '@ai-proxy/testing';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../src/app.ts';

describe('the Koa example', () => {
  let simulator: MistralSimulator;
  let server: Server;
  let url: string;

  beforeAll(async () => {
    simulator = await startMistralSimulator();
    server = createApp({ baseURL: simulator.url, apiKey: simulator.apiKey }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.close();
    await simulator.close();
  });

  const openai = (apiKey: string): OpenAI => new OpenAI({ baseURL: `${url}/ai/v1`, apiKey, maxRetries: 0 });
  const chat = { model: 'fast', messages: [{ role: 'user' as const, content: 'Hello' }] };

  it('answers an alias through the gateway', async () => {
    const { choices } = await openai('token-of-ada').chat.completions.create(chat);
    expect(choices[0]?.finish_reason).toBe('stop');
    expect(simulator.requests.at(-1)?.json).toMatchObject({ model: 'mistral-small-latest' });
    expect(simulator.requests.at(-1)?.headers.authorization).toBe(`Bearer ${simulator.apiKey}`);
  });

  it('streams', async () => {
    let text = '';
    let end: string | null | undefined;
    for await (const { choices } of await openai('token-of-ada').chat.completions.create({ ...chat, stream: true })) {
      text += choices[0]?.delta.content ?? '';
      end = choices[0]?.finish_reason ?? end;
    }
    expect(text.length).toBeGreaterThan(0);
    expect(end).toBe('stop');
  });

  it('lets in nobody whom it does not know', async () => {
    const before = simulator.requests.length;
    await expect(openai('token-of-nobody').chat.completions.create(chat)).rejects.toMatchObject({ status: 401, code: 'caller_unknown' });
    expect(simulator.requests).toHaveLength(before);
  });

  it('still serves the application', async () => {
    expect(await (await fetch(url)).text()).toContain('The application itself');
  });
});
