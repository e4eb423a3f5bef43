import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createProxy, fromCaller } from '@ai-proxy/core';
import type { Proxy } from '@ai-proxy/core';
import { mistral, openaiCompatible } from '@ai-proxy/mistral';
import { startGgufSimulator, startMistralSimulator } from '@ai-proxy/testing';
import type { Fault, GgufSimulator, MistralSimulator } from '@ai-proxy/testing';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lastRequest } from './last-request.ts';
import { hello, person, weather } from './questions.ts';
import { servers } from './servers.ts';
import type { MountedServer } from './servers.ts';

describe.each(servers)('the openai client through $name', ({ start }) => {
  let cloud: MistralSimulator;
  let local: GgufSimulator;
  let proxy: Proxy;
  let server: MountedServer;
  let client: OpenAI;

  beforeAll(async () => {
    [cloud, local] = await Promise.all([startMistralSimulator(), startGgufSimulator()]);
    proxy = createProxy({
      providers: [mistral({ baseURL: cloud.url, apiKey: cloud.apiKey }), openaiCompatible({ name: 'local', baseURL: `${local.url}/v1` })],
      retry: false,
      breaker: false,
      log: { debug() {}, info() {}, warn() {}, error() {} },
    });
    server = await start(proxy);
    client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'sk-of-the-caller', maxRetries: 0 });
  });
  afterAll(async () => {
    await proxy.close();
    await server.close();
    await Promise.all([cloud.close(), local.close()]);
  });
  beforeEach(() => {
    for (const simulator of [cloud, local]) {
      simulator.behave({});
      simulator.clear();
    }
  });

  const seen = (path: string): unknown => cloud.requests.findLast((request) => request.path === path)?.json;

  it('chats, and tells who served', async () => {
    const { data, response } = await client.chat.completions.create({ model: 'mistral-small-latest', messages: [...hello] }).withResponse();
    expect(data.choices[0]?.message).toMatchObject({ role: 'assistant', content: cloud.requests.at(-1)?.truth?.texts[0], refusal: null });
    expect(data.choices[0]?.finish_reason).toBe('stop');
    expect(data.usage).toMatchObject({ prompt_tokens: expect.any(Number), completion_tokens: expect.any(Number) });
    expect(response.headers.get('x-ai-proxy-model')).toBe('mistral/mistral-small-latest');
    expect(seen('/v1/chat/completions')).toEqual({ model: 'mistral-small-latest', messages: hello });
    expect(cloud.requests.at(-1)?.headers.authorization).toBe(`Bearer ${cloud.apiKey}`);
  });

  it('says which fields the provider could not honour', async () => {
    const { response } = await client.chat.completions
      .create({ model: 'mistral-small-latest', messages: [...hello], user: 'someone', logit_bias: { '1': 1 }, temperature: 2 })
      .withResponse();
    expect(response.headers.get('x-ai-proxy-dropped')?.split(', ').toSorted()).toEqual(['logit_bias', 'temperature', 'user']);
    expect(seen('/v1/chat/completions')).toEqual({ model: 'mistral-small-latest', messages: hello, temperature: 1.5 });
  });

  it('streams with the usage in a chunk of its own', async () => {
    const stream = await client.chat.completions.create({
      model: 'mistral-small-latest',
      messages: [...hello],
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = await Array.fromAsync(stream);
    const last = chunks.at(-1);
    expect(last?.choices).toEqual([]);
    expect(last?.usage?.total_tokens).toBeGreaterThan(0);
    expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true);
    expect(new Set(chunks.map((chunk) => chunk.id)).size).toBe(1);
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe(cloud.requests.at(-1)?.truth?.texts[0]);
    expect(seen('/v1/chat/completions')).toEqual({ model: 'mistral-small-latest', messages: hello, stream: true });
  });

  it('streams without usage when it was not asked for', async () => {
    const stream = await client.chat.completions.create({ model: 'mistral-small-latest', messages: [...hello], stream: true });
    const chunks = await Array.fromAsync(stream);
    expect(chunks.every((chunk) => chunk.choices.length === 1 && !('usage' in chunk))).toBe(true);
  });

  it.each([{ model: 'mistral-small-latest' }, { model: 'local/default' }])('uses tools over three turns with $model', async ({ model }) => {
    const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Use the weather tool' }];
    for (const turn of [1, 2]) {
      const { choices } = await client.chat.completions.create({ model, messages, tools: [weather] });
      const message = choices[0]?.message;
      if (!message) throw new Error('no answer');
      expect(choices[0]?.finish_reason).toBe('tool_calls');
      messages.push(message);
      for (const call of message.tool_calls ?? []) messages.push({ role: 'tool', tool_call_id: call.id, content: `sunny on turn ${turn}` });
      const answer = await client.chat.completions.create({ model, messages, tools: [weather] });
      expect(answer.choices[0]?.message.content).toContain(`sunny on turn ${turn}`);
      messages.push(
        { role: 'assistant', content: answer.choices[0]?.message.content ?? '' },
        { role: 'user', content: 'Use the weather tool again' },
      );
    }
  });

  it('carries on a conversation whose tool ids another provider made', async () => {
    const { choices } = await client.chat.completions.create({
      model: 'mistral-small-latest',
      tools: [weather],
      messages: [
        { role: 'user', content: 'Use the weather tool' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'call_0123456789abcdef', type: 'function', function: { name: 'weather', arguments: '{"city":"Lyon"}' } }],
        },
        { role: 'tool', tool_call_id: 'call_0123456789abcdef', content: 'rain' },
      ],
    });
    expect(choices[0]?.message.content).toContain('rain');
  });

  it('accumulates two tool calls with the .stream() helper', async () => {
    const runner = client.chat.completions.stream({
      model: 'mistral-small-latest',
      messages: [{ role: 'user', content: 'Use both' }],
      tools: [weather],
    });
    const { choices } = await runner.finalChatCompletion();
    expect(choices[0]?.finish_reason).toBe('tool_calls');
    expect(choices[0]?.message.tool_calls?.map((call) => call.type === 'function' && call.function.name)).toEqual(['weather', 'weather']);
    expect(new Set(choices[0]?.message.tool_calls?.map((call) => call.id)).size).toBe(2);
  });

  it('gives the thinking of a reasoning model as reasoning_content', async () => {
    const stream = await client.chat.completions.create({ model: 'magistral-medium-latest', messages: [...hello], stream: true });
    let thinking = '';
    let text = '';
    for await (const chunk of stream) {
      const delta: { content?: string | null; reasoning_content?: string } | undefined = chunk.choices[0]?.delta;
      thinking += delta?.reasoning_content ?? '';
      text += delta?.content ?? '';
    }
    expect(thinking.length).toBeGreaterThan(0);
    expect(text).toBe(cloud.requests.at(-1)?.truth?.texts[0]);
  });

  it.each([{ model: 'mistral-small-latest' }, { model: 'local/default' }])('answers by a JSON schema with $model', async ({ model }) => {
    const { choices } = await client.chat.completions.create({ model, messages: [...hello], response_format: person });
    expect(JSON.parse(choices[0]?.message.content ?? '')).toEqual({ name: expect.any(String), age: expect.any(Number) });
  });

  it('embeds with the base64 that the client asks for by default', async () => {
    const { data, usage } = await client.embeddings.create({ model: 'mistral-embed', input: ['one', 'two'] });
    expect(data).toHaveLength(2);
    expect(data[0]?.embedding).toHaveLength(1024);
    expect(data[0]?.embedding.every((number) => typeof number === 'number' && Math.abs(number) <= 1)).toBe(true);
    expect(usage.prompt_tokens).toBeGreaterThan(0);
    const floats = await client.embeddings.create({ model: 'mistral-embed', input: ['one'], encoding_format: 'float' });
    expect(Float32Array.from(floats.data[0]?.embedding ?? [])).toEqual(Float32Array.from(data[0]?.embedding ?? []));
  });

  it('completes, in the middle where there is a suffix', async () => {
    const { object, choices } = await client.completions.create({
      model: 'codestral-latest',
      prompt: 'def add(a, b):',
      suffix: 'return c',
    });
    expect(object).toBe('text_completion');
    expect(choices[0]?.text.length).toBeGreaterThan(0);
    expect(seen('/v1/fim/completions')).toEqual({ model: 'codestral-latest', prompt: 'def add(a, b):', suffix: 'return c' });
    const stream = await client.completions.create({ model: 'codestral-latest', prompt: 'def add(a, b):', stream: true });
    expect((await Array.fromAsync(stream)).at(-1)?.choices[0]?.finish_reason).toBe('stop');
  });

  it('moderates', async () => {
    const { results } = await client.moderations.create({ model: 'mistral-moderation-latest', input: 'hello' });
    expect(results[0]).toMatchObject({ flagged: expect.any(Boolean), categories: expect.any(Object), category_scores: expect.any(Object) });
  });

  it('lists models and retrieves one', async () => {
    const ids = (await Array.fromAsync(client.models.list())).map((model) => model.id);
    expect(ids).toContain('mistral-small-latest');
    expect(await client.models.retrieve('mistral-small-latest')).toMatchObject({ id: 'mistral-small-latest', object: 'model' });
    await expect(client.models.retrieve('mistral-smal-latest')).rejects.toThrow(/mistral-small-latest/);
  });

  const chat = (model = 'mistral-small-latest'): Promise<unknown> => client.chat.completions.create({ model, messages: [...hello] });

  it.each([
    { wrong: 'an unknown model', status: 404, type: OpenAI.NotFoundError, ask: () => chat('mistral-smal-latest') },
    {
      wrong: 'no messages',
      status: 400,
      type: OpenAI.BadRequestError,
      ask: () => client.chat.completions.create({ model: 'mistral-small-latest', messages: [] }),
    },
    {
      wrong: 'a conversation that Mistral refuses',
      status: 400,
      type: OpenAI.BadRequestError,
      ask: () =>
        client.chat.completions.create({ model: 'mistral-small-latest', messages: [...hello, { role: 'assistant', content: 'Hi' }] }),
    },
    {
      wrong: 'a value that Mistral refuses',
      status: 422,
      type: OpenAI.UnprocessableEntityError,
      ask: () => client.chat.completions.create({ model: 'mistral-small-latest', messages: [...hello], presence_penalty: 5 }),
    },
  ])('rejects $wrong with $status', async ({ status, type, ask }) => {
    const error = await ask().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ status, error: { message: expect.any(String), type: expect.any(String) } });
  });

  it.each<{ fault: Fault; status: number; type: new (...values: never[]) => Error }>([
    { fault: { name: 'status429' }, status: 429, type: OpenAI.RateLimitError },
    { fault: { name: 'status500Empty' }, status: 500, type: OpenAI.InternalServerError },
    { fault: { name: 'okWithHtml' }, status: 502, type: OpenAI.InternalServerError },
  ])('reports $fault.name of the provider as $status', async ({ fault, status, type }) => {
    cloud.behave({ fault });
    const error = await chat().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ status, headers: expect.any(Headers) });
  });

  it('blames the operator, not the caller, for a key that Mistral refuses', async () => {
    const stranger = createProxy({
      providers: [mistral({ baseURL: cloud.url, apiKey: 'a-wrong-key' })],
      log: { debug() {}, info() {}, warn() {}, error() {} },
    });
    const other = await start(stranger);
    const error: unknown = await new OpenAI({ baseURL: `${other.url}/v1`, apiKey: 'mine', maxRetries: 0 }).chat.completions
      .create({ model: 'mistral/mistral-small-latest', messages: [...hello] })
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ status: 502, code: 'provider_credentials' });
    await stranger.close();
    await other.close();
  });

  it.each([
    { status: 401, type: OpenAI.AuthenticationError, body: { detail: 'Unauthorized' } },
    {
      status: 403,
      type: OpenAI.PermissionDeniedError,
      body: { error: { message: 'Content blocked by guardrail', status: 403 }, guardrails: [] },
    },
    { status: 409, type: OpenAI.ConflictError, body: { message: 'Conflict', request_id: '1' } },
    { status: 503, type: OpenAI.InternalServerError, body: { message: 'no capacity', type: 'overloaded', code: '3505' } },
  ])('throws $type.name for a $status that concerns the caller', async ({ status, type, body }) => {
    const upstream = createServer((req, res) => {
      req.resume();
      res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => {
      upstream.listen(0, '127.0.0.1', resolve);
    });
    // The caller brings the provider's key, so that a refusal of it is the caller's affair.
    const passing = createProxy({
      providers: [mistral({ baseURL: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`, apiKey: fromCaller })],
      retry: false,
      log: { debug() {}, info() {}, warn() {}, error() {} },
    });
    const other = await start(passing);
    const error: unknown = await new OpenAI({ baseURL: `${other.url}/v1`, apiKey: 'mine', maxRetries: 0 }).chat.completions
      .create({ model: 'mistral/mistral-small-latest', messages: [...hello] })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ status, error: { message: expect.any(String) } });
    await passing.close();
    await other.close();
    upstream.close();
  });

  it('throws in the middle of a stream that breaks', async () => {
    cloud.behave({ fault: { name: 'resetAfter', events: 3 } });
    const stream = await client.chat.completions.create({ model: 'mistral-small-latest', messages: [...hello], stream: true });
    let text = '';
    const reading = (async () => {
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    })();
    await expect(reading).rejects.toThrow(/reset/);
    expect(text.length).toBeGreaterThan(0);
  });

  it('stops the provider when the caller aborts', async () => {
    cloud.behave({ tokensPerSecond: 20 });
    const stream = await client.chat.completions.create({ model: 'mistral-small-latest', messages: [...hello], stream: true });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    expect(await lastRequest(cloud).ended).toBe('closed-by-peer');
  });
});
