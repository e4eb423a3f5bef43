import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway } from '../src/app.ts';
import { startAcme } from './acme-server.ts';
import type { AcmeServer } from './acme-server.ts';

describe("OpenAI's client at the example", () => {
  let upstream: AcmeServer;
  let server: Server;
  let client: OpenAI;
  const messages: OpenAI.ChatCompletionMessageParam[] = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: [{ type: 'text', text: 'Where is the bird?' }] },
  ];

  beforeAll(async () => {
    upstream = await startAcme();
    server = createGateway({ baseURL: upstream.url, apiKey: 'acme-secret' }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    client = new OpenAI({
      baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
      apiKey: 'of-the-caller',
      maxRetries: 0,
    });
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await upstream[Symbol.asyncDispose]();
  });

  it('gets an answer in OpenAI’s words for a question that goes up in Acme’s', async () => {
    const { data, response } = await client.chat.completions
      .create({ model: 'assistant', messages, temperature: 0.5, max_completion_tokens: 9, seed: 1 })
      .withResponse();
    expect(data).toMatchObject({
      id: 'talk-1',
      created: 1_767_225_600,
      choices: [{ message: { role: 'assistant', content: 'Beep, and gone. 🌵' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
    });
    expect(response.headers.get('x-ai-proxy-model')).toBe('acme/anvil-2');
    expect(response.headers.get('x-ai-proxy-dropped')).toBe('seed');
    const { key, body } = upstream.requests.at(-1) ?? {};
    expect(key).toBe('acme-secret');
    expect(body).toEqual({
      engine: 'anvil-2',
      turns: [
        { by: 'director', words: 'Be brief.' },
        { by: 'person', words: 'Where is the bird?' },
      ],
      heat: 0.5,
      longest: 9,
    });
  });

  it('streams', async () => {
    const stream = client.chat.completions.stream({ model: 'assistant', messages, stream_options: { include_usage: true } });
    const { choices, usage } = await stream.finalChatCompletion();
    expect(choices[0]).toMatchObject({ message: { content: 'Beep, and gone. 🌵' }, finish_reason: 'stop' });
    expect(usage).toMatchObject({ total_tokens: 7 });
    expect(upstream.requests.at(-1)?.body).toMatchObject({ live: true });
  });

  it('is told of trouble in the middle of a stream, in Acme’s words', async () => {
    const seen: string[] = [];
    const read = async (): Promise<void> => {
      const stream = await client.chat.completions.create({ model: 'acme/broken', messages, stream: true });
      for await (const chunk of stream) seen.push(chunk.choices[0]?.delta.content ?? '');
    };
    await expect(read()).rejects.toThrow('The rope has torn.');
    expect(seen.join('')).toBe('Beep, ');
  });

  it('gets errors in OpenAI’s form', async () => {
    await expect(client.chat.completions.create({ model: 'assistant', messages, temperature: 2 })).rejects.toMatchObject({
      status: 400,
      code: 'too hot',
      param: 'heat',
    });
    const picture = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } } as const;
    await expect(
      client.chat.completions.create({ model: 'assistant', messages: [{ role: 'user', content: [picture] }] }),
    ).rejects.toMatchObject({
      status: 400,
      code: 'unsupported_parameter',
    });
  });

  it('is served again after a busy answer, and told so in the end', async () => {
    const before = upstream.requests.length;
    await expect(client.chat.completions.create({ model: 'acme/busy', messages })).rejects.toMatchObject({ status: 429, code: 'busy' });
    expect(upstream.requests.length - before).toBe(3);
  });

  it('lists what Acme lists', async () => {
    const ids = (await client.models.list()).data.map(({ id }) => id);
    expect(ids).toEqual(['assistant', 'anvil-2', 'rocket-1']);
  });
});
