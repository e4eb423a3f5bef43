import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startGgufSimulator, startMistralSimulator } from '@ai-proxy/testing';
import type { GgufSimulator, MistralSimulator } from '@ai-proxy/testing';
import { Mistral } from '@mistralai/mistralai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../src/app.ts';

describe('the connect example', () => {
  let cloud: MistralSimulator;
  let local: GgufSimulator;
  let server: Server;
  let url: string;

  beforeAll(async () => {
    [cloud, local] = await Promise.all([startMistralSimulator(), startGgufSimulator()]);
    server = createServer(createApp({ baseURL: cloud.url, apiKey: cloud.apiKey }, `${local.url}/v1`)).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ai`;
  });
  afterAll(async () => {
    server.close();
    await Promise.all([cloud.close(), local.close()]);
  });

  const ask = (): Promise<Response> =>
    fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'safe', messages: [{ role: 'user', content: 'Hello' }] }),
    });

  it('is served by Mistral', async () => {
    expect((await ask()).headers.get('x-ai-proxy-model')).toBe('mistral/mistral-small-latest');
  });

  it('is served by the local model while Mistral fails', async () => {
    // A wait that is too long for a retry: the next step takes over at once.
    cloud.behave({ fault: { name: 'status429', retryAfter: { seconds: 60 } } });
    const answer = await ask();
    expect(answer.status).toBe(200);
    expect([answer.headers.get('x-ai-proxy-model'), answer.headers.get('x-ai-proxy-step')]).toEqual(['local/default', '1']);
    cloud.behave({});
  });

  it("serves Mistral's own client", async () => {
    const client = new Mistral({ serverURL: `${url}/mistral`, apiKey: 'unused' });
    const { choices } = await client.chat.complete({ model: 'mistral-small-latest', messages: [{ role: 'user', content: 'Hello' }] });
    expect(choices?.[0]?.finishReason).toBe('stop');
  });
});
