import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startMistralSimulator } from '@ai-proxy/testing';
import type { MistralSimulator } from '@ai-proxy/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway } from '../src/app.ts';

describe('the node:http example', () => {
  let simulator: MistralSimulator;
  let server: Server;
  let url: string;

  beforeAll(async () => {
    simulator = await startMistralSimulator();
    server = createGateway({ baseURL: simulator.url, apiKey: simulator.apiKey }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.close();
    await simulator.close();
  });

  it('streams', async () => {
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'mistral-small-latest', stream: true, messages: [{ role: 'user', content: 'Hello' }] }),
    });
    expect(await answer.text()).toMatch(/data: \[DONE\]\n\n$/);
  });

  it('answers a path that it does not know in JSON', async () => {
    const answer = await fetch(`${url}/nothing`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ error: { code: 'path_not_found' } });
  });
});
