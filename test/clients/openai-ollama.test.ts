import { createProxy } from '@ai-proxy/core';
import type { Proxy } from '@ai-proxy/core';
import { ollama } from '@ai-proxy/ollama';
import { startOllamaSimulator } from '@ai-proxy/testing';
import type { AnyFault, OllamaSimulator, OllamaSimulatorOptions } from '@ai-proxy/testing';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { lastRequest } from './last-request.ts';
import { hello, person, weather } from './questions.ts';
import { refusalOf } from './refusal.ts';
import { servers } from './servers.ts';
import type { MountedServer } from './servers.ts';

const model = 'llama3.2';
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Servers of several ages and habits, each a provider of that name. */
const habits: Readonly<Record<string, OllamaSimulatorOptions>> = {
  ollama: {},
  lines: { toolCalls: 'lines', toolCallIds: 'native' },
  'done-line': { toolCalls: 'done-line' },
  old: { old: true },
  'old-lines': { old: 'zero-index', toolCalls: 'lines' },
};
const names = Object.keys(habits);

const log = { debug() {}, info() {}, warn() {}, error() {} };

interface ThinkingDelta {
  readonly content?: string | null;
  readonly reasoning_content?: string;
  readonly reasoning?: string;
}

describe.each(servers)('the openai client through $name to Ollama', ({ start }) => {
  let simulators: ReadonlyMap<string, OllamaSimulator>;
  let local: OllamaSimulator;
  let proxy: Proxy;
  let server: MountedServer;
  let client: OpenAI;

  beforeAll(async () => {
    simulators = new Map(await Promise.all(names.map(async (name) => [name, await startOllamaSimulator(habits[name])] as const)));
    local = simulatorOf('ollama');
    proxy = createProxy({
      providers: names.map((name) => ollama({ name, baseURL: simulatorOf(name).url })),
      retry: false,
      breaker: false,
      log,
    });
    server = await start(proxy);
    client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'sk-of-the-caller', maxRetries: 0 });
  });
  afterAll(async () => {
    await proxy.close();
    await server.close();
    await Promise.all([...simulators.values()].map((simulator) => simulator.close()));
  });
  beforeEach(() => {
    for (const simulator of simulators.values()) {
      simulator.behave({});
      simulator.clear();
    }
  });

  function simulatorOf(name: string): OllamaSimulator {
    const simulator = simulators.get(name);
    if (simulator === undefined) throw new Error(`no simulator is called ${name}`);
    return simulator;
  }

  const truth = (simulator = local): { texts: readonly string[]; thinking?: string; promptTokens: number; completionTokens: number } => {
    const told = lastRequest(simulator).truth;
    if (told === undefined) throw new Error('there was no answer to tell the truth about');
    return told;
  };

  it('chats, and tells who served', async () => {
    const { data, response } = await client.chat.completions
      .create({ model: `ollama/${model}`, messages: [...hello], max_completion_tokens: 50, stop: '!', temperature: 0.5 })
      .withResponse();
    expect(data.choices[0]?.message).toEqual({ role: 'assistant', content: truth().texts[0], refusal: null });
    expect(data.choices[0]?.finish_reason).toBe('stop');
    const { promptTokens, completionTokens } = truth();
    expect(data.usage).toEqual({
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
    });
    expect(response.headers.get('x-ai-proxy-model')).toBe(`ollama/${model}`);
    const { json, headers } = lastRequest(local, '/api/chat');
    expect(json).toEqual({ model, messages: hello, stream: false, options: { num_predict: 50, stop: ['!'], temperature: 0.5 } });
    expect(headers).not.toHaveProperty('authorization');
    expect(headers.host).toBe(`127.0.0.1:${local.port}`);
  });

  it('says which fields the provider could not honour', async () => {
    const { response } = await client.chat.completions
      .create({ model: `ollama/${model}`, messages: [...hello], user: 'someone', logit_bias: { '1': 1 } })
      .withResponse();
    expect(response.headers.get('x-ai-proxy-dropped')?.split(', ').toSorted()).toEqual(['logit_bias', 'user']);
    expect(lastRequest(local, '/api/chat').json).toEqual({ model, messages: hello, stream: false });
  });

  it('streams with the usage in a chunk of its own', async () => {
    const stream = await client.chat.completions.create({
      model: `ollama/${model}`,
      messages: [...hello],
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = await Array.fromAsync(stream);
    const last = chunks.at(-1);
    const { promptTokens, completionTokens, texts } = truth();
    expect(last?.choices).toEqual([]);
    expect(last?.usage).toMatchObject({ prompt_tokens: promptTokens, completion_tokens: completionTokens });
    expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true);
    expect(new Set(chunks.map((chunk) => chunk.id)).size).toBe(1);
    expect(new Set(chunks.map((chunk) => chunk.created)).size).toBe(1);
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe(texts[0]);
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.role).filter((role) => role !== undefined)).toEqual(['assistant']);
    expect(lastRequest(local, '/api/chat').json).toEqual({ model, messages: hello, stream: true });
  });

  it('streams without usage when it was not asked for', async () => {
    const stream = await client.chat.completions.create({ model: `ollama/${model}`, messages: [...hello], stream: true });
    const chunks = await Array.fromAsync(stream);
    expect(chunks.every((chunk) => chunk.choices.length === 1 && !('usage' in chunk))).toBe(true);
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop');
  });

  it.each(names.flatMap((name) => [false, true].map((stream) => ({ name, stream }))))(
    'uses tools over three turns with $name, streamed: $stream',
    async ({ name, stream }) => {
      const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Use both' }];
      const turn = async (): Promise<OpenAI.ChatCompletion.Choice> => {
        const body = { model: `${name}/${model}`, messages, tools: [weather] };
        const { choices } = stream
          ? await client.chat.completions.stream(body).finalChatCompletion()
          : await client.chat.completions.create(body);
        const [choice] = choices;
        if (choice === undefined) throw new Error('no answer');
        messages.push(choice.message);
        return choice;
      };
      const ids = new Set<string>();
      for (const count of [1, 2, 3]) {
        const { message, finish_reason } = await turn();
        expect(finish_reason).toBe('tool_calls');
        const calls = message.tool_calls?.filter((call) => call.type === 'function') ?? [];
        expect(calls.map((call) => [call.function.name, JSON.parse(call.function.arguments) as unknown])).toEqual([
          ['weather', { city: expect.any(String) }],
          ['weather', { city: expect.stringMatching(/ again$/) }],
        ]);
        for (const { id } of calls) {
          ids.add(id);
          messages.push({ role: 'tool', tool_call_id: id, content: `sunny on turn ${count}` });
        }
        const answer = await turn();
        expect(answer.message.content).toBe(`The tool answered: sunny on turn ${count} and sunny on turn ${count}`);
        messages.push({ role: 'user', content: 'Use both again' });
      }
      // Old servers give their calls no ids, and the proxy's must not be mistaken for one another later.
      expect(ids.size).toBe(6);
      const asked = lastRequest(simulatorOf(name), '/api/chat').json as {
        messages: { role: string; tool_calls?: object[]; tool_name?: string }[];
      };
      expect(asked.messages.flatMap((message) => message.tool_calls ?? [])).toHaveLength(6);
      expect(asked.messages.filter(({ role }) => role === 'tool').map((message) => message.tool_name)).toEqual(Array(6).fill('weather'));
    },
  );

  it('carries on a conversation whose tool ids another provider made', async () => {
    const { choices } = await client.chat.completions.create({
      model: `ollama/${model}`,
      tools: [weather],
      messages: [
        { role: 'user', content: 'Use the weather tool' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'D681PevKs', type: 'function', function: { name: 'weather', arguments: '{"city":"Lyon"}' } }],
        },
        { role: 'tool', tool_call_id: 'D681PevKs', content: 'rain' },
      ],
    });
    expect(choices[0]?.message.content).toBe('The tool answered: rain');
  });

  it('runs tools by itself with the .runTools() helper', async () => {
    const given: unknown[] = [];
    const runner = client.chat.completions.runTools({
      model: `ollama/${model}`,
      stream: true,
      messages: [{ role: 'user', content: 'Use the weather tool' }],
      tools: [
        {
          type: 'function',
          function: {
            ...weather.function,
            parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
            function: (text: string) => {
              given.push(JSON.parse(text));
              return 'sunny';
            },
          },
        },
      ],
    });
    expect(await runner.finalContent()).toBe('The tool answered: sunny');
    expect(given).toEqual([{ city: expect.any(String) }]);
  });

  it('answers by a JSON schema, parsed by the .parse() and .stream() helpers', async () => {
    const body = { model: `ollama/${model}`, messages: [...hello], response_format: person };
    const { choices } = await client.chat.completions.parse(body);
    expect(JSON.parse(choices[0]?.message.content ?? '')).toEqual({ name: expect.any(String), age: expect.any(Number) });
    expect(lastRequest(local, '/api/chat').json).toMatchObject({ format: person.json_schema.schema });
    const streamed = await client.chat.completions.stream(body).finalContent();
    expect(JSON.parse(streamed ?? '')).toEqual({ name: expect.any(String), age: expect.any(Number) });
  });

  it('answers in JSON mode', async () => {
    const { choices } = await client.chat.completions.create({
      model: `ollama/${model}`,
      messages: [...hello],
      response_format: { type: 'json_object' },
    });
    expect(JSON.parse(choices[0]?.message.content ?? '')).toMatchObject({ answer: 'You said: Hello there' });
    expect(lastRequest(local, '/api/chat').json).toMatchObject({ format: 'json' });
  });

  it('shows images to a model that sees', async () => {
    const { choices, usage } = await client.chat.completions.create({
      model: 'ollama/gemma3:4b',
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image_url', image_url: { url: `data:image/png;base64,${pixel}` } },
            { type: 'text', text: 'And why?' },
          ],
        },
      ],
    });
    expect(choices[0]?.message.content).toBe(truth().texts[0]);
    expect(usage?.prompt_tokens).toBeGreaterThan(64);
    expect(lastRequest(local, '/api/chat').json).toMatchObject({
      messages: [{ role: 'user', content: 'What is this?\nAnd why?', images: [pixel] }],
    });
  });

  it.each([
    ['none', false],
    ['minimal', 'low'],
    ['low', 'low'],
    ['medium', 'medium'],
    ['high', 'high'],
    ['xhigh', 'max'],
  ] as const)('thinks with the effort %s', async (reasoning_effort, think) => {
    const { choices } = await client.chat.completions.create({ model: 'ollama/gpt-oss:20b', messages: [...hello], reasoning_effort });
    const message = choices[0]?.message as ThinkingDelta | undefined;
    expect(lastRequest(local, '/api/chat').json).toMatchObject({ think });
    expect(message?.content).toBe(truth().texts[0]);
    expect([message?.reasoning_content, message?.reasoning]).toEqual([truth().thinking, truth().thinking]);
    expect(truth().thinking === undefined).toBe(think === false);
  });

  it('streams the thinking in both dialects that clients know', async () => {
    const stream = await client.chat.completions.create({ model: 'ollama/qwen3:8b', messages: [...hello], stream: true });
    const deltas = (await Array.fromAsync(stream)).map((chunk) => (chunk.choices[0]?.delta ?? {}) as ThinkingDelta);
    expect(deltas.map((delta) => delta.reasoning_content ?? '').join('')).toBe(truth().thinking);
    expect(deltas.map((delta) => delta.reasoning ?? '').join('')).toBe(truth().thinking);
    expect(deltas.map((delta) => delta.content ?? '').join('')).toBe(truth().texts[0]);
  });

  it('embeds with the base64 that the client asks for by default', async () => {
    const { data, usage } = await client.embeddings.create({ model: 'ollama/nomic-embed-text', input: ['one', 'two words'] });
    expect(data.map(({ index, embedding }) => [index, embedding.length])).toEqual([
      [0, 768],
      [1, 768],
    ]);
    expect(usage).toEqual({ prompt_tokens: 3, total_tokens: 3 });
    const floats = await client.embeddings.create({ model: 'ollama/nomic-embed-text', input: 'one', encoding_format: 'float' });
    expect(Float32Array.from(floats.data[0]?.embedding ?? [])).toEqual(Float32Array.from(data[0]?.embedding ?? []));
    const short = await client.embeddings.create({ model: 'ollama/nomic-embed-text', input: 'one', dimensions: 64 });
    expect(short.data[0]?.embedding).toHaveLength(64);
  });

  it('completes, in the middle where there is a suffix', async () => {
    const body = { model: 'ollama/qwen2.5-coder:7b', prompt: 'def add(a, b):', suffix: 'return c' };
    const { object, choices } = await client.completions.create(body);
    expect([object, choices[0]?.text, choices[0]?.finish_reason]).toEqual(['text_completion', truth().texts[0], 'stop']);
    expect(lastRequest(local, '/api/generate').json).toEqual({ ...body, model: 'qwen2.5-coder:7b', stream: false });
    const chunks = await Array.fromAsync(await client.completions.create({ ...body, stream: true }));
    expect(chunks.map((chunk) => chunk.choices[0]?.text ?? '').join('')).toBe(truth().texts[0]);
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop');
  });

  it('lists models and retrieves one', async () => {
    const ids = (await Array.fromAsync(client.models.list())).map((entry) => entry.id);
    expect(ids).toContain('ollama/llama3.2:latest');
    expect(ids).toContain('old/qwen3:8b');
    for (const id of ['ollama/llama3.2:latest', 'ollama/llama3.2', 'ollama/gpt-oss:20b']) {
      expect(await client.models.retrieve(id)).toMatchObject({ id, object: 'model', owned_by: 'library', created: expect.any(Number) });
    }
    const missing = await refusalOf(client.models.retrieve('ollama/llama3.3'));
    expect(missing).toBeInstanceOf(OpenAI.NotFoundError);
    expect(missing).toMatchObject({ code: 'model_not_found', message: expect.stringContaining('llama3.2') });
  });

  const chat = (name = `ollama/${model}`, more: object = {}): Promise<OpenAI.ChatCompletion> =>
    client.chat.completions.create({ model: name, messages: [...hello], ...more });

  it.each([
    { wrong: 'a model that it does not have', status: 404, type: OpenAI.NotFoundError, ask: () => chat('ollama/missing') },
    { wrong: 'a model that nobody has', status: 404, type: OpenAI.NotFoundError, ask: () => chat('missing') },
    { wrong: 'no messages', status: 400, type: OpenAI.BadRequestError, ask: () => chat(undefined, { messages: [] }) },
    {
      wrong: 'an effort where the model does not think',
      status: 400,
      type: OpenAI.BadRequestError,
      ask: () => chat(undefined, { reasoning_effort: 'high' }),
    },
    { wrong: 'an unknown effort', status: 400, type: OpenAI.BadRequestError, ask: () => chat(undefined, { reasoning_effort: 'much' }) },
    {
      wrong: 'tools that the model cannot use',
      status: 400,
      type: OpenAI.BadRequestError,
      ask: () => chat('ollama/gemma3:4b', { tools: [weather] }),
    },
    {
      wrong: 'a suffix where the model cannot insert',
      status: 400,
      type: OpenAI.BadRequestError,
      ask: () => client.completions.create({ model: `ollama/${model}`, prompt: 'a', suffix: 'b' }),
    },
    {
      wrong: 'an option of the wrong type',
      status: 400,
      type: OpenAI.BadRequestError,
      ask: () => chat(undefined, { options: { num_ctx: 'many' } }),
    },
  ])('rejects $wrong with $status', async ({ status, type, ask }) => {
    const error = await refusalOf(ask());
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ status, error: { message: expect.any(String), type: expect.any(String) } });
  });

  it.each<{ fault: AnyFault; status: number; type: new (...values: never[]) => Error }>([
    { fault: { name: 'status429' }, status: 429, type: OpenAI.RateLimitError },
    { fault: { name: 'status500Empty' }, status: 500, type: OpenAI.InternalServerError },
    { fault: { name: 'loading503Then200' }, status: 503, type: OpenAI.InternalServerError },
    { fault: { name: 'okWithHtml' }, status: 502, type: OpenAI.InternalServerError },
    { fault: { name: 'okWithJsonError' }, status: 502, type: OpenAI.InternalServerError },
    { fault: { name: 'resetBeforeHeaders' }, status: 502, type: OpenAI.InternalServerError },
  ])('reports $fault.name of the provider as $status, streamed or not', async ({ fault, status, type }) => {
    for (const stream of [false, true]) {
      local.behave({ fault });
      const error = await refusalOf(chat(undefined, { stream }));
      expect(error).toBeInstanceOf(type);
      expect(error).toMatchObject({ status, headers: expect.any(Headers), error: { message: expect.any(String) } });
    }
  });

  it('reports a server that is not there as 502', async () => {
    const gone = await startOllamaSimulator();
    await gone.close();
    const lonely = createProxy({ providers: [ollama({ baseURL: gone.url })], retry: false, breaker: false, log });
    const other = await start(lonely);
    const stranger = new OpenAI({ baseURL: `${other.url}/v1`, apiKey: 'mine', maxRetries: 0 });
    const error = await refusalOf(stranger.chat.completions.create({ model: `ollama/${model}`, messages: [...hello] }));
    expect(error).toBeInstanceOf(OpenAI.InternalServerError);
    expect(error).toMatchObject({ status: 502, type: 'api_error' });
    await lonely.close();
    await other.close();
  });

  it.each<AnyFault>([
    { name: 'resetAfter', events: 3 },
    { name: 'halfLineThenEnd' },
    { name: 'errorLine', at: 'middle' },
    { name: 'endWithoutDone', how: 'clean' },
  ])('throws in the middle of a stream that breaks by $name', async (fault) => {
    local.behave({ fault });
    const stream = await client.chat.completions.create({ model: `ollama/${model}`, messages: [...hello], stream: true });
    let text = '';
    const reading = (async () => {
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    })();
    expect(await refusalOf(reading)).toBeInstanceOf(OpenAI.APIError);
    expect(text.length).toBeGreaterThan(0);
    expect(truth().texts[0]?.startsWith(text)).toBe(true);
  });

  it('stops the server when the caller aborts', async () => {
    local.behave({ tokensPerSecond: 5 });
    const stream = await client.chat.completions.create({ model: `ollama/${model}`, messages: [...hello], stream: true });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    expect(await lastRequest(local, '/api/chat').ended).toBe('closed-by-peer');
  });

  it('stops the server when the caller aborts before anything has come', async () => {
    local.behave({ latencyMs: 60_000 });
    const gone = new AbortController();
    const asked = refusalOf(client.chat.completions.create({ model: `ollama/${model}`, messages: [...hello] }, { signal: gone.signal }));
    const { ended } = await vi.waitFor(() => lastRequest(local, '/api/chat'));
    gone.abort();
    expect(await asked).toBeInstanceOf(OpenAI.APIUserAbortError);
    expect(await ended).toBe('closed-by-peer');
  });
});
