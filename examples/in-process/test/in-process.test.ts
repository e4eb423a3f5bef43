import { startMistralSimulator } from '@ai-proxy/testing';
import type { Fault, MistralSimulator } from '@ai-proxy/testing';
import { HTTPClient, Mistral } from '@mistralai/mistralai';
import { MistralError } from '@mistralai/mistralai/models/errors';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createModels } from '../src/models.ts';
import type { Models } from '../src/models.ts';

const messages = [{ role: 'user' as const, content: 'Hello there' }];
const model = 'mistral-small-latest';

let cloud: MistralSimulator;
let models: Models;

beforeAll(async () => {
  cloud = await startMistralSimulator();
  models = createModels({ baseURL: cloud.url, apiKey: cloud.apiKey });
});
afterAll(async () => {
  await models.proxy.close();
  await cloud.close();
});
beforeEach(() => {
  cloud.behave({});
  cloud.clear();
});

const thrown = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('the openai client on the fetch of a proxy', () => {
  const chat = (options?: OpenAI.RequestOptions, name = model): Promise<OpenAI.ChatCompletion> =>
    models.client.chat.completions.create({ model: name, messages }, options);
  const stream = (options?: OpenAI.RequestOptions): Promise<AsyncIterable<OpenAI.ChatCompletionChunk> & { controller: AbortController }> =>
    models.client.chat.completions.create({ model, messages, stream: true }, options);

  it('is answered by an alias, with the key of the provider and none of its own', async () => {
    const { choices } = await chat({}, 'fast');
    expect(choices[0]?.message.content).toBe(cloud.requests.at(-1)?.truth?.texts[0]);
    expect(cloud.requests.at(-1)).toMatchObject({ json: { model, messages }, headers: { authorization: `Bearer ${cloud.apiKey}` } });
  });

  it('streams', async () => {
    const chunks = await Array.fromAsync(await stream());
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe(cloud.requests.at(-1)?.truth?.texts[0]);
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop');
  });

  it('lists models over a path without a body', async () => {
    expect((await Array.fromAsync(models.client.models.list())).map(({ id }) => id)).toContain(model);
  });

  it.each<[string, new (...values: never[]) => Error, number, () => Promise<unknown>]>([
    ['a model that nobody has', OpenAI.NotFoundError, 404, () => chat({}, 'mistral-smal-latest')],
    ['no messages', OpenAI.BadRequestError, 400, () => models.client.chat.completions.create({ model, messages: [] })],
  ])('throws what it throws over a network: %s', async (_what, type, status, ask) => {
    const error = await thrown(ask());
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ status, message: expect.stringContaining(String(status)), requestID: expect.any(String) });
  });

  it.each<[Fault, new (...values: never[]) => Error, number]>([
    [{ name: 'status429', retryAfter: { milliseconds: 1 } }, OpenAI.RateLimitError, 429],
    [{ name: 'resetBeforeHeaders' }, OpenAI.InternalServerError, 502],
  ])('throws for a provider in trouble: %o', async (fault, type, status) => {
    cloud.behave({ fault });
    const error = await thrown(chat());
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ status });
  });

  it('throws in the middle of a stream that breaks', async () => {
    cloud.behave({ fault: { name: 'resetAfter', events: 3 } });
    const broken = await stream();
    await expect(Array.fromAsync(broken)).rejects.toThrow(OpenAI.APIError);
  });

  it('stops the provider when its signal aborts before the answer', async () => {
    cloud.behave({ fault: { name: 'acceptAndNeverAnswer' } });
    const leaving = new AbortController();
    const asked = thrown(chat({ signal: leaving.signal }));
    await expect.poll(() => cloud.requests.length).toBe(1);
    leaving.abort();
    expect(await asked).toBeInstanceOf(OpenAI.APIUserAbortError);
    expect(await cloud.requests[0]?.ended).toBe('closed-by-peer');
  });

  it.each(['break', 'abort'] as const)('stops the provider in the middle of a stream: %s', async (how) => {
    cloud.behave({ tokensPerSecond: 20 });
    const left = await stream();
    for await (const chunk of left) {
      if (!chunk.choices[0]?.delta.content) continue;
      if (how === 'break') break;
      left.controller.abort();
    }
    expect(await cloud.requests.at(-1)?.ended).toBe('closed-by-peer');
    expect(cloud.requests.at(-1)?.eventsUnsent).toBeGreaterThan(0);
  });

  it('stops the provider when it waits no longer', async () => {
    cloud.behave({ fault: { name: 'acceptAndNeverAnswer' } });
    expect(await thrown(chat({ timeout: 200 }))).toBeInstanceOf(OpenAI.APIConnectionTimeoutError);
    expect(await cloud.requests[0]?.ended).toBe('closed-by-peer');
  });
});

describe("Mistral's client on the fetch of a proxy", () => {
  let client: Mistral;

  beforeAll(() => {
    const httpClient = new HTTPClient({ fetcher: models.proxy.fetch });
    client = new Mistral({ httpClient, serverURL: 'http://ai.local/mistral', apiKey: 'unused', retryConfig: { strategy: 'none' } });
  });

  it('chats, whole and streamed', async () => {
    const { choices } = await client.chat.complete({ model, messages });
    expect(choices[0]?.message?.content).toBe(cloud.requests.at(-1)?.truth?.texts[0]);
    let text = '';
    for await (const { data } of await client.chat.stream({ model, messages })) {
      const content = data.choices[0]?.delta.content;
      if (typeof content === 'string') text += content;
    }
    expect(text).toBe(cloud.requests.at(-1)?.truth?.texts[0]);
    expect(cloud.requests.at(-1)?.headers.authorization).toBe(`Bearer ${cloud.apiKey}`);
  });

  it('uploads a file and downloads it', async () => {
    const content = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 31) % 256);
    const { id } = await client.files.upload({ file: { fileName: 'bytes.bin', content }, purpose: 'ocr' });
    expect(new Uint8Array(await new Response(await client.files.download({ fileId: id })).arrayBuffer())).toEqual(content);
  });

  it('throws its own errors', async () => {
    const error = await thrown(client.chat.complete({ model: 'mistral-smal-latest', messages }));
    expect(error).toBeInstanceOf(MistralError);
    expect(error).toMatchObject({ statusCode: 400 });
  });

  it('stops the provider when its signal aborts', async () => {
    cloud.behave({ fault: { name: 'acceptAndNeverAnswer' } });
    const leaving = new AbortController();
    const asked = thrown(client.chat.complete({ model, messages }, { signal: leaving.signal }));
    await expect.poll(() => cloud.requests.length).toBe(1);
    leaving.abort();
    expect(await asked).toMatchObject({ name: 'RequestAbortedError' });
    expect(await cloud.requests[0]?.ended).toBe('closed-by-peer');
  });
});
