import { createProxy } from '@ai-proxy/core';
import type { Proxy } from '@ai-proxy/core';
import { mistral } from '@ai-proxy/mistral';
import { startMistralSimulator } from '@ai-proxy/testing';
import type { MistralSimulator } from '@ai-proxy/testing';
import { Mistral } from '@mistralai/mistralai';
import { HTTPValidationError, MistralError } from '@mistralai/mistralai/models/errors';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { servers } from './servers.ts';
import type { MountedServer } from './servers.ts';

const hello = [{ role: 'user' as const, content: 'Hello there' }];

describe.each(servers)("Mistral's own client through $name", ({ start }) => {
  let cloud: MistralSimulator;
  let proxy: Proxy;
  let server: MountedServer;
  let client: Mistral;

  beforeAll(async () => {
    cloud = await startMistralSimulator();
    proxy = createProxy({
      providers: [mistral({ baseURL: cloud.url, apiKey: cloud.apiKey })],
      retry: false,
      breaker: false,
      log: { debug() {}, info() {}, warn() {}, error() {} },
    });
    server = await start(proxy);
    client = new Mistral({ serverURL: `${server.url}/mistral`, apiKey: 'sk-of-the-caller' });
  });
  afterAll(async () => {
    await proxy.close();
    await server.close();
    await cloud.close();
  });
  beforeEach(() => {
    cloud.behave({});
    cloud.clear();
  });

  it('chats, with the key swapped', async () => {
    const { choices, usage } = await client.chat.complete({ model: 'mistral-small-latest', messages: hello });
    expect(choices?.[0]?.message?.content).toBe(cloud.requests.at(-1)?.truth?.texts[0]);
    expect(usage.totalTokens).toBeGreaterThan(0);
    expect(cloud.requests.at(-1)?.headers.authorization).toBe(`Bearer ${cloud.apiKey}`);
  });

  it('streams', async () => {
    const stream = await client.chat.stream({ model: 'mistral-small-latest', messages: hello });
    let text = '';
    let usage: unknown;
    for await (const { data } of stream) {
      const content = data.choices[0]?.delta.content;
      if (typeof content === 'string') text += content;
      usage = data.usage ?? usage;
    }
    expect(text).toBe(cloud.requests.at(-1)?.truth?.texts[0]);
    expect(usage).toMatchObject({ totalTokens: expect.any(Number) });
  });

  it('fills in the middle', async () => {
    const { choices } = await client.fim.complete({ model: 'codestral-latest', prompt: 'def add(a, b):', suffix: 'return c' });
    expect(choices?.[0]?.message?.content).toBe(cloud.requests.at(-1)?.truth?.texts[0]);
  });

  it('embeds', async () => {
    const { data } = await client.embeddings.create({ model: 'mistral-embed', inputs: ['one', 'two'] });
    expect(data.map((entry) => entry.embedding?.length)).toEqual([1024, 1024]);
  });

  it('reads documents', async () => {
    const { pages, usageInfo } = await client.ocr.process({
      model: 'mistral-ocr-latest',
      document: { type: 'document_url', documentUrl: 'https://example.com/a.pdf' },
    });
    expect(pages).toHaveLength(usageInfo.pagesProcessed);
  });

  it('uploads a file, lists it, downloads it byte for byte and deletes it', async () => {
    const content = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 31) % 256);
    const uploaded = await client.files.upload({ file: { fileName: 'bytes.bin', content }, purpose: 'ocr' });
    expect(uploaded.sizeBytes).toBe(content.byteLength);
    expect((await client.files.list()).data.map((file) => file.id)).toContain(uploaded.id);
    const downloaded = await new Response(await client.files.download({ fileId: uploaded.id })).arrayBuffer();
    expect(new Uint8Array(downloaded)).toEqual(content);
    expect(await client.files.delete({ fileId: uploaded.id })).toMatchObject({ deleted: true });
  });

  it('lists models, each of a known type', async () => {
    const { data } = await client.models.list();
    expect(data?.map((model) => 'id' in model && model.id)).toContain('mistral-small-latest');
    expect(await client.models.retrieve({ modelId: 'mistral-small-latest' })).toMatchObject({ id: 'mistral-small-latest' });
  });

  it('moderates', async () => {
    const { results } = await client.classifiers.moderate({ model: 'mistral-moderation-latest', inputs: ['hello'] });
    expect(results[0]).toMatchObject({ categories: expect.any(Object), categoryScores: expect.any(Object) });
  });

  it('gets the validation error that Mistral gives', async () => {
    const error: unknown = await client.chat
      .complete({ model: 'mistral-small-latest', messages: hello, topP: 0 })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(MistralError);
    expect(error).toMatchObject({ statusCode: 422 });
    // Byte for byte what Mistral said, in whichever of its two forms.
    expect((error as MistralError).body).toContain('greater_than');
    expect(error instanceof HTTPValidationError || (error as MistralError).body.includes('"object":"error"')).toBe(true);
  });

  it('gets an error of the proxy in a form that it can read', async () => {
    const answer = await fetch(`${server.url}/mistral/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '[]',
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({
      object: 'error',
      message: expect.any(String),
      type: 'invalid_request_error',
      param: null,
      code: 'invalid_body',
    });
    expect(cloud.requests).toEqual([]);
  });

  it('finds account administration shut', async () => {
    const answer = await fetch(`${server.url}/mistral/v1/admin/keys`);
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ object: 'error', code: 'route_closed' });
    expect(cloud.requests).toEqual([]);
  });
});
