import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startMistralSimulator } from '@ai-proxy/testing';
import type { MistralSimulator } from '@ai-proxy/testing';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../src/app.ts';

describe('the Express example', () => {
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

  it('answers an alias through the gateway', async () => {
    const client = new OpenAI({ baseURL: `${url}/ai/v1`, apiKey: 'none' });
    const { choices } = await client.chat.completions.create({ model: 'fast', messages: [{ role: 'user', content: 'Hello' }] });
    expect(choices[0]?.finish_reason).toBe('stop');
    expect(simulator.requests.at(-1)?.json).toMatchObject({ model: 'mistral-small-latest' });
  });

  it('still serves the application', async () => {
    expect(await (await fetch(url)).text()).toContain('The application itself');
  });
});
