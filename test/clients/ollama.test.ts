import { createProxy } from '@ai-proxy/core';
import type { Proxy, Receipt } from '@ai-proxy/core';
import { mistral, openaiCompatible } from '@ai-proxy/mistral';
import { ollama, ollamaFace } from '@ai-proxy/ollama';
import { startGgufSimulator, startMistralSimulator, startOllamaSimulator } from '@ai-proxy/testing';
import type { GgufSimulator, MistralSimulator, OllamaSimulator, Simulator } from '@ai-proxy/testing';
import { ChatOllama } from '@langchain/ollama';
import { embedMany, generateText, streamText } from 'ai';
import { Ollama } from 'ollama';
import type { ChatResponse, Message } from 'ollama';
import { createOllama } from 'ollama-ai-provider-v2';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { servers } from './servers.ts';
import type { MountedServer } from './servers.ts';

const weather = {
  type: 'function',
  function: {
    name: 'weather',
    description: 'Weather of a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};

const person = {
  type: 'object',
  properties: { name: { type: 'string' }, age: { type: 'integer' } },
  required: ['name', 'age'],
  additionalProperties: false,
};

const hello: Message[] = [{ role: 'user', content: 'Hello there' }];
const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64');
const numbers = {
  total_duration: expect.any(Number),
  load_duration: expect.any(Number),
  prompt_eval_count: expect.any(Number),
  prompt_eval_duration: expect.any(Number),
  eval_count: expect.any(Number),
  eval_duration: expect.any(Number),
};

describe.each(servers)("Ollama's own client through $name", ({ start }) => {
  let cloud: MistralSimulator;
  let native: OllamaSimulator;
  let local: GgufSimulator;
  let proxy: Proxy;
  let server: MountedServer;
  /** Against the face, below the mount itself: every provider. */
  let client: Ollama;
  /** Against the native routes of the one that is an Ollama. */
  let direct: Ollama;
  const receipts: Receipt[] = [];

  beforeAll(async () => {
    [cloud, native, local] = await Promise.all([startMistralSimulator(), startOllamaSimulator(), startGgufSimulator()]);
    proxy = createProxy({
      providers: [
        mistral({ baseURL: cloud.url, apiKey: cloud.apiKey }),
        ollama({ baseURL: native.url }),
        openaiCompatible({ name: 'local', baseURL: `${local.url}/v1` }),
      ],
      faces: [ollamaFace()],
      retry: false,
      breaker: false,
      onReceipt: (receipt) => receipts.push(receipt),
      log: { debug() {}, info() {}, warn() {}, error() {} },
    });
    server = await start(proxy);
    client = new Ollama({ host: server.url });
    direct = new Ollama({ host: `${server.url}/ollama` });
  });
  afterAll(async () => {
    await proxy.close();
    await server.close();
    await Promise.all([cloud.close(), native.close(), local.close()]);
  });
  beforeEach(() => {
    for (const simulator of [cloud, native, local]) {
      simulator.behave({});
      simulator.clear();
    }
    receipts.length = 0;
  });

  const simulatorOf = (name: string): Simulator => ({ cloud, native, local })[name] ?? cloud;
  const truthOf = (name: string): string | undefined =>
    simulatorOf(name).requests.findLast(({ truth }) => truth !== undefined)?.truth?.texts[0];

  /** Who asks for which model, and who answers in the end. */
  const ways = [
    { by: 'the face', model: 'mistral-small-latest', behind: 'cloud' },
    { by: 'the face', model: 'mistral/mistral-small-latest:latest', behind: 'cloud' },
    { by: 'the face', model: 'llama3.2', behind: 'native' },
    { by: 'the face', model: 'llama3.2:latest', behind: 'native' },
    { by: 'the face', model: 'local/default', behind: 'local' },
    { by: 'the native routes', model: 'llama3.2', behind: 'native' },
  ];
  const clientOf = (by: string): Ollama => (by === 'the face' ? client : direct);

  it.each(ways)('chats with $model by $by', async ({ by, model, behind }) => {
    const answer = await clientOf(by).chat({ model, messages: hello });
    expect(answer.message).toEqual({ role: 'assistant', content: truthOf(behind) });
    expect(answer).toMatchObject({ done: true, done_reason: 'stop', model: model.replace(/:latest$/, ''), ...numbers });
    expect(answer.prompt_eval_count).toBeGreaterThan(0);
    expect(answer.eval_count).toBeGreaterThan(0);
  });

  it.each(ways)('streams from $model by $by', async ({ by, model, behind }) => {
    const parts: ChatResponse[] = await Array.fromAsync(await clientOf(by).chat({ model, messages: hello, stream: true }));
    expect(parts.length).toBeGreaterThan(2);
    expect(parts.map((part) => part.message.content).join('')).toBe(truthOf(behind));
    expect(parts.map((part) => part.done)).toEqual([...parts.slice(1).map(() => false), true]);
    expect(parts.every((part) => !Number.isNaN(Date.parse(String(part.created_at))))).toBe(true);
    expect(parts.at(-1)).toMatchObject({ done_reason: 'stop', ...numbers });
  });

  it.each([
    { by: 'the face', model: 'magistral-medium-latest', behind: 'cloud' },
    { by: 'the face', model: 'qwen3:8b', behind: 'native' },
    { by: 'the native routes', model: 'qwen3:8b', behind: 'native' },
  ])('hears $model think by $by', async ({ by, model, behind }) => {
    const parts = await Array.fromAsync(await clientOf(by).chat({ model, messages: hello, think: true, stream: true }));
    const request = simulatorOf(behind).requests.at(-1);
    expect(parts.map((part) => part.message.thinking ?? '').join('')).toBe(request?.truth?.thinking);
    expect(parts.map((part) => part.message.content).join('')).toBe(request?.truth?.texts[0]);
    if (behind === 'native') expect(request?.json).toMatchObject({ think: true });
    else expect(request?.json).not.toHaveProperty('think');
  });

  it.each([...ways, { by: 'the face', model: 'qwen3:8b', behind: 'native' }])(
    'uses tools over two turns with $model by $by',
    async ({ by, model }) => {
      const messages: Message[] = [{ role: 'user', content: 'Use the weather tool' }];
      const first = await clientOf(by).chat({ model, messages, tools: [weather] });
      expect(first.done_reason).toBe('stop');
      expect(first.message.tool_calls?.map((call) => call.function.name)).toEqual(['weather']);
      expect(first.message.tool_calls?.[0]?.function.arguments).toEqual({ city: expect.any(String) });
      messages.push(first.message, { role: 'tool', content: 'sunny', tool_name: 'weather' });
      const parts = await Array.fromAsync(await clientOf(by).chat({ model, messages, tools: [weather], stream: true }));
      expect(parts.map((part) => part.message.content).join('')).toContain('sunny');
      messages.push({ role: 'assistant', content: 'It is sunny.' }, { role: 'user', content: 'Use both' });
      const both = await Array.fromAsync(
        await clientOf(by).chat({
          model,
          messages,
          tools: [weather, { ...weather, function: { ...weather.function, name: 'wind' } }],
          stream: true,
        }),
      );
      const calls = both.flatMap((part) => part.message.tool_calls ?? []);
      expect(calls).toHaveLength(2);
      expect(calls.every((call) => typeof call.function.arguments === 'object')).toBe(true);
      messages.push(
        { role: 'assistant', content: '', tool_calls: calls },
        { role: 'tool', content: 'rain' },
        { role: 'tool', content: 'storm' },
      );
      const last = await clientOf(by).chat({ model, messages, tools: [weather] });
      expect(last.message.content).toContain('rain and storm');
    },
  );

  it.each(ways)('gets JSON by a schema from $model by $by', async ({ by, model }) => {
    const answer = await clientOf(by).chat({ model, messages: hello, format: person });
    expect(JSON.parse(answer.message.content)).toEqual({ name: expect.any(String), age: expect.any(Number) });
    expect(
      JSON.parse(
        (await clientOf(by).chat({ model, messages: [{ role: 'user', content: 'JSON please' }], format: 'json' })).message.content,
      ),
    ).toEqual(expect.any(Object));
  });

  it.each([
    { by: 'the face', model: 'mistral-small-latest', behind: 'cloud' },
    { by: 'the face', model: 'gemma3:4b', behind: 'native' },
    { by: 'the native routes', model: 'gemma3:4b', behind: 'native' },
  ])('shows $model a picture by $by', async ({ by, model, behind }) => {
    const answer = await clientOf(by).chat({ model, messages: [{ role: 'user', content: 'What is it?', images: [png] }] });
    expect(answer.message.content).toContain('What is it?');
    const data = png.toString('base64');
    const sent = (simulatorOf(behind).requests.at(-1)?.json as { messages: unknown[] } | undefined)?.messages[0];
    expect(sent).toEqual(
      behind === 'native'
        ? { role: 'user', content: 'What is it?', images: [data] }
        : {
            role: 'user',
            content: [
              { type: 'text', text: 'What is it?' },
              { type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } },
            ],
          },
    );
  });

  it('sends all its options to an Ollama, and to others what they know', async () => {
    const options = { num_predict: 3, temperature: 0.5, seed: 7, stop: ['nowhere'], top_k: 5, num_ctx: 512, num_gpu: 0 };
    const answer = await client.chat({ model: 'llama3.2', messages: hello, options, keep_alive: '10m' });
    expect(answer).toMatchObject({ done_reason: 'length', eval_count: 3 });
    expect(native.requests.at(-1)?.json).toEqual({ model: 'llama3.2', messages: hello, stream: false, options, keep_alive: '10m' });
    expect(await client.chat({ model: 'mistral-small-latest', messages: hello, options })).toMatchObject({ done_reason: 'length' });
    expect(cloud.requests.at(-1)?.json).toEqual({
      model: 'mistral-small-latest',
      messages: hello,
      max_tokens: 3,
      temperature: 0.5,
      random_seed: 7,
      stop: ['nowhere'],
    });
  });

  it.each(ways)('generates with $model by $by', async ({ by, model, behind }) => {
    const answer = await clientOf(by).generate({ model, prompt: 'Hello there', system: 'Be brief' });
    expect(answer).toMatchObject({ response: truthOf(behind), done: true, done_reason: 'stop', ...numbers });
    const parts = await Array.fromAsync(await clientOf(by).generate({ model, prompt: 'Hello there', stream: true }));
    expect(parts.map((part) => part.response).join('')).toBe(truthOf(behind));
    expect(parts.at(-1)).toMatchObject({ done: true, ...numbers });
  });

  it.each([
    { by: 'the face', model: 'codestral-latest', behind: 'cloud', path: '/v1/fim/completions' },
    { by: 'the face', model: 'qwen2.5-coder:7b', behind: 'native', path: '/api/generate' },
    { by: 'the native routes', model: 'qwen2.5-coder:7b', behind: 'native', path: '/api/generate' },
  ])('fills in the middle with $model by $by', async ({ by, model, behind, path }) => {
    const answer = await clientOf(by).generate({ model, prompt: 'def add(a, b):', suffix: 'return c' });
    expect(answer.response).toBe(truthOf(behind));
    expect(simulatorOf(behind).requests.at(-1)).toMatchObject({ path, json: { prompt: 'def add(a, b):', suffix: 'return c' } });
    const raw = await Array.fromAsync(await clientOf(by).generate({ model, prompt: 'def add(a, b):', raw: true, stream: true }));
    expect(raw.map((part) => part.response).join('')).toBe(truthOf(behind));
  });

  it('names the model that it cannot load, and passes every policy', async () => {
    await expect(client.chat({ model: 'llama3.1', messages: [] })).rejects.toThrow(/llama3.2/);
  });

  it('takes JSON that calls itself a form, as curl does, but not from a page', async () => {
    const ask = (headers: Record<string, string>): Promise<Response> =>
      fetch(`${server.url}/api/chat`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body: JSON.stringify({ model: 'llama3.2', messages: hello, stream: false }),
      });
    expect((await ask({})).status).toBe(200);
    expect((await ask({ origin: 'https://page.example' })).status).toBe(415);
  });

  it('loads a model without asking anybody', async () => {
    expect(await client.generate({ model: 'mistral-small-latest', prompt: '' })).toMatchObject({
      response: '',
      done: true,
      done_reason: 'load',
    });
    expect(await client.chat({ model: 'mistral-small-latest', messages: [], keep_alive: 0 })).toMatchObject({
      done: true,
      done_reason: 'unload',
    });
    expect([cloud, native, local].flatMap(({ requests }) => requests.filter(({ method }) => method === 'POST'))).toEqual([]);
  });

  it.each([
    { by: 'the face', model: 'mistral-embed', size: 1024 },
    { by: 'the face', model: 'nomic-embed-text', size: 768 },
    { by: 'the native routes', model: 'nomic-embed-text', size: 768 },
  ])('embeds with $model by $by', async ({ by, model, size }) => {
    const answer = await clientOf(by).embed({ model, input: ['one', 'two'] });
    expect(answer.embeddings.map((vector) => vector.length)).toEqual([size, size]);
    expect(answer.embeddings.flat().every((number) => typeof number === 'number')).toBe(true);
    expect(answer).toMatchObject({ model, total_duration: expect.any(Number), load_duration: expect.any(Number), prompt_eval_count: 2 });
    expect((await clientOf(by).embeddings({ model, prompt: 'one' })).embedding).toHaveLength(size);
  });

  it('lists every model once, and can ask for each by the name that it is listed by', async () => {
    const names = (await client.list()).models.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['mistral-small-latest:latest', 'llama3.2:latest', 'qwen3:8b']));
    expect(new Set(names).size).toBe(names.length);
    const shown = await Promise.all(names.map((model) => client.show({ model })));
    expect(shown.map(({ model_info: info }) => typeof Reflect.get(info, 'general.basename'))).toEqual(names.map(() => 'string'));
    const namesThere = (await direct.list()).models.map(({ name }) => name);
    expect(namesThere.filter((name) => !names.includes(name))).toEqual([]);
  });

  it('shows what a model can do', async () => {
    const shown = await client.show({ model: 'mistral-small-latest' });
    expect(shown.capabilities).toEqual(expect.arrayContaining(['completion', 'tools', 'vision']));
    expect(Reflect.get(shown.model_info, 'unknown.context_length')).toBeGreaterThan(0);
    expect((await direct.show({ model: 'llama3.2' })).capabilities).toEqual(['completion', 'tools']);
    await expect(client.show({ model: 'mistral-smal-latest' })).rejects.toMatchObject({
      status_code: 404,
      message: expect.stringContaining('mistral-small-latest'),
    });
  });

  it('says its version, that it runs, and that nothing is loaded', async () => {
    expect((await client.version()).version).toMatch(/^\d+\.\d+\.\d+$/);
    expect((await client.ps()).models).toEqual([]);
    for (const path of ['', '/', '/api/version', '/api/tags']) {
      const head = await fetch(server.url + path, { method: 'HEAD' });
      expect([path, head.status, await head.text()]).toEqual([path, 200, '']);
    }
    const root = await fetch(server.url);
    expect(await root.text()).toBe('Ollama is running');
  });

  it.each([
    {
      wrong: 'an unknown model',
      status: 404,
      says: 'mistral-small-latest',
      ask: () => client.chat({ model: 'mistral-smal-latest', messages: hello }),
    },
    {
      wrong: 'an option of a wrong type',
      status: 400,
      says: 'option "stop" must be of type array',
      ask: () => client.chat({ model: 'llama3.2', messages: hello, options: { stop: 'x' as never } }),
    },
    {
      wrong: 'parts as a content',
      status: 400,
      says: 'json: cannot unmarshal array into Go struct field ChatRequest.messages.content of type string',
      ask: () => client.chat({ model: 'llama3.2', messages: [{ role: 'user', content: [] as never }] }),
    },
    { wrong: 'a pull', status: 403, says: 'not managed here', ask: () => client.pull({ model: 'llama3.2' }) },
    { wrong: 'a deletion', status: 403, says: 'not managed here', ask: () => client.delete({ model: 'llama3.2' }) },
    { wrong: 'a pull by the native routes', status: 403, says: 'closed here', ask: () => direct.pull({ model: 'llama3.2' }) },
  ])('is refused $wrong in words that it can read', async ({ status, says, ask }) => {
    const error: unknown = await ask().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ name: 'ResponseError', status_code: status, message: expect.stringContaining(says) });
    expect([cloud, native, local].flatMap(({ requests }) => requests.filter(({ method }) => method !== 'GET'))).toEqual([]);
  });

  it.each(ways)('throws where the stream of $model breaks by $by', async ({ by, model, behind }) => {
    simulatorOf(behind).behave({ fault: { name: 'resetAfter', events: 3 } });
    let text = '';
    let done = false;
    const reading = (async () => {
      for await (const part of await clientOf(by).chat({ model, messages: hello, stream: true })) {
        text += part.message.content;
        done ||= part.done;
      }
    })();
    await expect(reading).rejects.toThrow('The provider reset the connection before its answer was complete.');
    expect(text.length).toBeGreaterThan(0);
    expect(done).toBe(false);
  });

  it.each(ways)('stops $model when it aborts by $by', async ({ by, model, behind }) => {
    simulatorOf(behind).behave({ tokensPerSecond: 20 });
    const stream = await clientOf(by).chat({ model, messages: hello, stream: true });
    const reading = (async () => {
      for await (const part of stream) if (part.message.content !== '') stream.abort();
    })();
    await expect(reading).rejects.toThrow('This operation was aborted');
    expect(await simulatorOf(behind).requests.at(-1)?.ended).toBe('closed-by-peer');
  });

  it.each(ways.filter(({ by }) => by === 'the face'))('serves LangChain with $model', async ({ model, behind }) => {
    const chat = new ChatOllama({ baseUrl: server.url, model, maxRetries: 0 });
    const answer = await chat.invoke('Hello there');
    expect(answer.content).toBe(truthOf(behind));
    expect(answer).toMatchObject({ usage_metadata: { total_tokens: expect.any(Number) } });
    const first = await chat.bindTools([weather]).invoke('Use the weather tool');
    expect(first.tool_calls).toMatchObject([{ name: 'weather', args: { city: expect.any(String) } }]);
    const last = await chat
      .bindTools([weather])
      .invoke([
        { role: 'user', content: 'Use the weather tool' },
        first,
        { role: 'tool', content: 'sunny', tool_call_id: first.tool_calls?.[0]?.id ?? '' },
      ]);
    expect(last.content).toContain('sunny');
  });

  it.each(ways.filter(({ by }) => by === 'the face'))('serves the AI SDK with $model', async ({ model, behind }) => {
    const provider = createOllama({ baseURL: `${server.url}/api` });
    const answer = await generateText({ model: provider(model), prompt: 'Hello there', maxRetries: 0 });
    expect(answer.text).toBe(truthOf(behind));
    expect(answer.finishReason).toBe('stop');
    const stream = streamText({ model: provider(model), prompt: 'Hello there', maxRetries: 0 });
    expect((await Array.fromAsync(stream.textStream)).join('')).toBe(truthOf(behind));
    expect((await stream.usage).outputTokens).toBeGreaterThan(0);
  });

  it('embeds for the AI SDK, which insists on every number', async () => {
    const provider = createOllama({ baseURL: `${server.url}/api` });
    const { embeddings } = await embedMany({ model: provider.embedding('mistral-embed'), values: ['one', 'two'], maxRetries: 0 });
    expect(embeddings.map((vector) => vector.length)).toEqual([1024, 1024]);
  });

  it('has one account of every call, with what it cost', async () => {
    await Array.fromAsync(await client.chat({ model: 'mistral-small-latest', messages: hello, stream: true }));
    await expect.poll(() => receipts.length).toBe(1);
    expect(receipts[0]).toMatchObject({
      face: 'ollama',
      dialect: 'canonical',
      operation: 'chat',
      provider: 'mistral',
      outcome: 'ok',
      stream: true,
      usage: { inputTokens: expect.any(Number), outputTokens: expect.any(Number) },
    });
  });
});
