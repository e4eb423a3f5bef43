import { describe, expect, it } from 'vitest';

import { ProxyError } from '@ai-proxy/core';
import type { JsonObject, UpstreamRequest } from '@ai-proxy/core';
import { openaiCompatible } from '../../src/index.ts';
import type { OpenAICompatibleOptions } from '../../src/index.ts';
import { decodeStream, eventStream } from '../decode-stream.ts';
import { providerCall } from '../provider-call.ts';

const create = (options: Partial<OpenAICompatibleOptions> = {}) =>
  openaiCompatible({ name: 'gguf', baseURL: 'http://127.0.0.1:8080', ...options });
const user = { role: 'user', content: 'u' };
const tool = (name: string): JsonObject => ({ type: 'function', function: { name, own: 'key' } });

function send(input: JsonObject, options: Partial<OpenAICompatibleOptions> = {}, stream = false): JsonObject {
  const request = create(options).operations.chat?.request(
    { model: 'alias', messages: [user], ...input },
    providerCall({ model: 'm', stream }),
  ) as UpstreamRequest;
  expect(request.path).toBe('/v1/chat/completions');
  return request.body ?? {};
}

const messagesOf = (messages: JsonObject[], options: Partial<OpenAICompatibleOptions> = {}): unknown =>
  send({ messages }, options)['messages'];
const python = { dialect: 'llama-cpp-python' } as const;

describe('a chat request to an OpenAI-compatible server', () => {
  const base = { model: 'm', messages: [user] };
  const schema = { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' } } };
  const named = { type: 'function', function: { name: 'g' } };
  const tools = [tool('f'), tool('g')];

  const rows: readonly (readonly [string, JsonObject, JsonObject, Partial<OpenAICompatibleOptions>?])[] = [
    [
      'sampling options of the server',
      { top_k: 5, grammar: 'g', cache_prompt: false, temperature: 2, seed: -1 },
      { top_k: 5, grammar: 'g', cache_prompt: false, temperature: 2, seed: -1 },
    ],
    ['no nulls', { temperature: null, stop: null }, {}],
    ['max_completion_tokens under both names', { max_completion_tokens: 5, max_tokens: 9 }, { max_completion_tokens: 5, max_tokens: 5 }],
    ['a choice of one tool as that tool and required', { tools, tool_choice: named }, { tools: [tool('g')], tool_choice: 'required' }],
    [
      'allowed tools',
      { tools, tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [named] } } },
      { tools: [tool('g')], tool_choice: 'auto' },
    ],
    ['any as required', { tools, tool_choice: 'any' }, { tools, tool_choice: 'required' }],
    ['tools without a choice', { tools }, { tools }],
    ['no empty list of tools', { tools: [], tool_choice: 'auto' }, {}],
    [
      'functions as tools',
      { functions: [{ name: 'f' }], function_call: 'auto' },
      { tools: [{ type: 'function', function: { name: 'f' } }], tool_choice: 'auto', parallel_tool_calls: false },
    ],
    ['a schema', { response_format: schema }, { response_format: schema }],
    [
      'a schema in the dialect of llama-cpp-python',
      { response_format: schema },
      { response_format: { type: 'json_object', schema: { type: 'object' } } },
      python,
    ],
  ];
  it.each(rows.map(([title, given, expected, options = {}]) => [title, given, expected, options] as const))(
    'sends %s',
    (_title, input, sent, options) => {
      expect(send(input, options)).toEqual({ ...base, ...sent });
    },
  );

  it('always asks a stream to count its tokens', () => {
    expect(send({ stream: true, stream_options: { include_usage: false } }, {}, true)).toEqual({
      ...base,
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(send({ stream: true, stream_options: { include_usage: true } }, python, true)).toEqual({ ...base, stream: true });
    expect(send({ stream_options: { include_usage: true } })).toEqual(base);
  });

  it('copies a key named __proto__ as a key', () => {
    const body = send(JSON.parse('{"__proto__": {"polluted": 1}}') as JsonObject);
    expect(Object.getPrototypeOf(body)).toBe(Object.prototype);
    expect(({} as JsonObject)['polluted']).toBe(undefined);
  });
});

describe('messages to an OpenAI-compatible server', () => {
  const call = (id: string, rest: JsonObject = { type: 'function' }): JsonObject => ({
    id,
    ...rest,
    function: { name: 'f', arguments: '{}' },
  });

  const rows: readonly (readonly [string, JsonObject, JsonObject, Partial<OpenAICompatibleOptions>?])[] = [
    ['developer as system', { role: 'developer', content: 'd' }, { role: 'system', content: 'd' }],
    ['a name', { role: 'user', content: 'u', name: 'n' }, { role: 'user', content: 'u', name: 'n' }],
    ['missing content as empty', { role: 'user', content: null }, { role: 'user', content: '' }],
    ['an answer without content as empty', { role: 'assistant', content: null }, { role: 'assistant', content: '' }],
    [
      'null beside tool calls',
      { role: 'assistant', content: null, tool_calls: [call('a')] },
      { role: 'assistant', content: null, tool_calls: [call('a')] },
    ],
    [
      'an empty string beside tool calls for llama-cpp-python',
      { role: 'assistant', content: null, tool_calls: [call('a')] },
      { role: 'assistant', content: '', tool_calls: [call('a')] },
      python,
    ],
    [
      'the type that a tool call lacks',
      { role: 'assistant', content: '', tool_calls: [call('a', {})] },
      { role: 'assistant', content: '', tool_calls: [call('a')] },
    ],
    [
      'reasoning_content',
      { role: 'assistant', content: 'a', reasoning_content: 'r' },
      { role: 'assistant', content: 'a', reasoning_content: 'r' },
    ],
    ['a refusal as content', { role: 'assistant', content: null, refusal: 'no' }, { role: 'assistant', content: 'no' }],
    [
      'an image by string as an object',
      { role: 'user', content: [{ type: 'image_url', image_url: 'u' }] },
      { role: 'user', content: [{ type: 'image_url', image_url: { url: 'u' } }] },
    ],
    [
      'a refusal part as text',
      { role: 'assistant', content: [{ type: 'refusal', refusal: 'no' }] },
      { role: 'assistant', content: [{ type: 'text', text: 'no' }] },
    ],
    [
      'parts of the server',
      { role: 'user', content: [{ type: 'input_video', input_video: { data: 'AA' } }] },
      { role: 'user', content: [{ type: 'input_video', input_video: { data: 'AA' } }] },
    ],
  ];
  it.each(rows.map(([title, given, expected, options = {}]) => [title, given, expected, options] as const))(
    'keep %s',
    (_title, sent, received, options) => {
      expect(messagesOf([sent], options)).toEqual([received]);
    },
  );

  it('refuse files, which these servers answer with a 400', () => {
    expect(() => messagesOf([{ role: 'user', content: [{ type: 'file', file: { file_id: 'i' } }] }])).toThrow(
      expect.objectContaining({ status: 400, code: 'unsupported_parameter', param: 'messages[0].content[0].type' }),
    );
  });

  it('keep ids of tool calls, or rewrite them where the template asks for it', () => {
    const history: JsonObject[] = [
      { role: 'assistant', content: '', tool_calls: [call('call_1'), call('abcdefghi')] },
      { role: 'tool', content: 'r', tool_call_id: 'call_1' },
    ];
    expect(messagesOf(history)).toEqual(history);
    const [asked, answered] = messagesOf(history, { mistralToolCallIds: true }) as [
      { tool_calls: [{ id: string }, { id: string }] },
      { tool_call_id: string },
    ];
    expect(asked.tool_calls[0].id).toMatch(/^[a-zA-Z0-9]{9}$/);
    expect(asked.tool_calls[1].id).toBe('abcdefghi');
    expect(answered.tool_call_id).toBe(asked.tool_calls[0].id);
  });

  it('turn the answer of a function into the answer of its call', () => {
    const [asked, answered] = messagesOf([
      { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
      { role: 'function', name: 'f', content: 'r' },
    ]) as [{ tool_calls: [{ id: string }] }, JsonObject];
    expect(answered).toEqual({ role: 'tool', name: 'f', content: 'r', tool_call_id: asked.tool_calls[0].id });
  });
});

describe('an answer of an OpenAI-compatible server', () => {
  it('is called by the model of the plan and keeps what the server adds', () => {
    const body = {
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 5,
      model: '/models/secret.gguf',
      system_fingerprint: 'b1',
      timings: { prompt_n: 1 },
      __verbose: {},
      choices: [
        {
          index: 0,
          finish_reason: 'stop',
          message: { role: 'assistant', content: 'a', reasoning_content: 'r' },
          logprobs: { content: [] },
        },
      ],
      usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3, prompt_tokens_details: { cached_tokens: 1 } },
    };
    expect(create().operations.chat?.response(body, providerCall({ model: 'm' }))).toEqual({
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 5,
      model: 'm',
      system_fingerprint: 'b1',
      timings: { prompt_n: 1 },
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'a', refusal: null, reasoning_content: 'r' },
          logprobs: { content: [] },
          finish_reason: 'stop',
        },
      ],
      usage: body.usage,
    });
  });

  it('is a failure that does not pass by itself where it reports a 500', () => {
    const body = { error: { code: 500, message: 'template', type: 'server_error' } };
    expect(() => create().operations.chat?.response(body, providerCall())).toThrow(
      expect.objectContaining({ status: 502, message: 'template', retryable: false }),
    );
  });
});

describe('errors of an OpenAI-compatible server', () => {
  it.each([
    [
      400,
      { error: { code: 400, message: 'm', type: 'exceed_context_size_error', n_ctx: 5 } },
      { message: 'm', type: 'exceed_context_size_error', param: null, code: null },
    ],
    [
      401,
      { error: { code: 401, message: 'Invalid API Key', type: 'authentication_error' } },
      { message: 'Invalid API Key', type: 'authentication_error', param: null, code: null },
    ],
    [401, { detail: 'Invalid API key' }, { message: 'Invalid API key', param: null, code: null }],
    [
      500,
      { error: { code: 500, message: 'm', type: 'server_error' } },
      { message: 'm', type: 'server_error', param: null, code: null, retryable: false },
    ],
    [
      503,
      { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } },
      { message: 'Loading model', type: 'unavailable_error', param: null, code: null, retryable: true },
    ],
    [
      400,
      { error: { message: 'm', type: 'invalid_request_error', param: 'messages', code: 'context_length_exceeded' } },
      { message: 'm', type: 'invalid_request_error', param: 'messages', code: 'context_length_exceeded' },
    ],
    [404, 'File Not Found', { message: 'File Not Found', param: null, code: null }],
  ])('%i %j are read', (status, body, expected) => {
    expect(create().error({ status, headers: {}, body })).toEqual(expected);
  });
});

describe('the other operations of an OpenAI-compatible server', () => {
  const { completions, embeddings, fim, moderations } = create().operations;

  it('pass a completion through', () => {
    const input = { model: 'alias', prompt: ['a', [1, 2]], echo: true, suffix: null, top_k: 3 };
    expect(completions?.request(input, providerCall({ model: 'm' }))).toEqual({
      path: '/v1/completions',
      body: { model: 'm', prompt: ['a', [1, 2]], echo: true, top_k: 3 },
    });
    const body = { id: 'cmpl-1', created: 5, model: 'x', choices: [{ text: 'a', index: 0, finish_reason: 'length' }] };
    expect(completions?.response(body, providerCall({ model: 'm' }))).toEqual({
      id: 'cmpl-1',
      object: 'text_completion',
      created: 5,
      model: 'm',
      choices: [{ text: 'a', index: 0, logprobs: null, finish_reason: 'length' }],
    });
  });

  it('stream a completion, the usage last', () => {
    const decoder = completions?.stream?.createDecoder(providerCall({ model: 'm', stream: true }));
    if (decoder === undefined) throw new Error('the provider cannot stream completions');
    const event = (text: string, reason: string | null, rest: object = {}): object => ({
      id: 'cmpl-1',
      created: 5,
      choices: [{ text, index: 0, finish_reason: reason }],
      ...rest,
    });
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
    const { chunks, complete } = decodeStream(decoder, [
      eventStream(event('a', null), event('', 'stop', { usage }), event('', 'stop'), '[DONE]'),
    ]);
    const head = { id: 'cmpl-1', object: 'text_completion', created: 5, model: 'm' };
    expect(complete).toBe(true);
    expect(chunks).toEqual([
      { ...head, choices: [{ text: 'a', index: 0, logprobs: null, finish_reason: null }] },
      { ...head, choices: [{ text: '', index: 0, logprobs: null, finish_reason: 'stop' }] },
      { ...head, choices: [], usage },
    ]);
  });

  it('ask embeddings for numbers', () => {
    expect(
      embeddings?.request(
        { model: 'alias', input: [1, 2], encoding_format: 'base64', dimensions: 5, user: null },
        providerCall({ model: 'm' }),
      ),
    ).toEqual({
      path: '/v1/embeddings',
      body: { model: 'm', input: [1, 2], dimensions: 5 },
    });
    expect(embeddings?.response({ model: 'x', data: [{ embedding: [0.5], index: 0 }] }, providerCall({ model: 'm' }))).toEqual({
      object: 'list',
      model: 'm',
      data: [{ object: 'embedding', embedding: [0.5], index: 0 }],
      usage: { prompt_tokens: 0, total_tokens: 0 },
    });
  });

  it('are no fill-in-the-middle and no moderations', () => {
    expect([fim, moderations]).toEqual([undefined, undefined]);
  });

  it('list models with and without the time of their making', () => {
    const data = [
      { id: 'a.gguf', aliases: ['a'], created: 5, owned_by: 'llamacpp', meta: { n_ctx_train: 4096 } },
      { id: 'b', object: 'model', owned_by: 'me', permissions: [] },
      { id: 'c', max_model_len: 8192 },
    ];
    expect(create().models?.read({ object: 'list', data })).toEqual([
      { id: 'a.gguf', created: 5, ownedBy: 'llamacpp', contextLength: 4096, aliases: ['a'] },
      { id: 'b', ownedBy: 'me' },
      { id: 'c', contextLength: 8192 },
      { id: 'a', created: 5, ownedBy: 'llamacpp', contextLength: 4096, aliases: ['a.gguf'] },
    ]);
  });
});

describe('openaiCompatible()', () => {
  it.each([
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['http://127.0.0.1:8080/v1', 'http://127.0.0.1:8080'],
    ['http://127.0.0.1:8080/prefix/v1/', 'http://127.0.0.1:8080/prefix'],
  ])('reads %s as %s', (baseURL, expected) => {
    expect(create({ baseURL }).baseURL).toBe(expected);
  });

  it('asks for no credential unless it is given one', () => {
    expect(create()).not.toHaveProperty('apiKey');
    expect(create({ apiKey: 'k' }).apiKey).toBe('k');
  });

  it.each([
    [{ baseURL: undefined }, '`baseURL` must be an absolute URL'],
    [{ name: undefined }, '`name` must be'],
    [{ name: 'models' }, 'is a path of the proxy itself'],
    [{ dialect: 'vllm' }, '`dialect` must be one of "openai", "llama-cpp-python"'],
    [{ mistralToolCallId: true }, 'did you mean `mistralToolCallIds`?'],
    [{ open: ['slot'] }, 'did you mean `slots`?'],
  ])('refuses %j', (options, message) => {
    expect(() => create(options as unknown as Partial<OpenAICompatibleOptions>)).toThrow(TypeError);
    expect(() => create(options as unknown as Partial<OpenAICompatibleOptions>)).toThrow(message);
  });
});

describe('the native API of an OpenAI-compatible server', () => {
  const native = create().native;
  const routesOf = (method: string, path: string) => native?.routes.find((route) => route.path === path && route.methods.includes(method));

  it.each([
    '/v1/chat/completions',
    '/v1/completions',
    '/v1/embeddings',
    '/v1/rerank',
    '/infill',
    '/tokenize',
    '/v1/responses',
    '/v1/messages',
  ])('opens %s', (path) => {
    const route = routesOf('POST', path);
    expect([route?.kind, route?.closed]).toEqual(['inference', undefined]);
  });

  it.each([
    ['POST', '/slots/:id', 'slots'],
    ['POST', '/lora-adapters', 'lora-adapters'],
    ['POST', '/props', 'props'],
    ['POST', '/models/load', 'model-management'],
    ['GET', '/metrics', 'metrics'],
  ])('keeps %s %s shut', (method, path, group) => {
    expect(routesOf(method, path)?.closed).toBe(group);
  });

  it('answers errors in the shape of OpenAI', () => {
    const error = new ProxyError('m', { status: 400, code: 'invalid_body' });
    const body = { error: { message: 'm', type: 'invalid_request_error', param: null, code: 'invalid_body' } };
    expect(native?.errorBody(error)).toEqual(body);
    expect(native?.errorFrame(error, 'sse')).toBe(`data: ${JSON.stringify(body)}\n\n`);
  });

  const see = (operation: string, ...events: object[]) => {
    const watcher = native?.createWatcher(operation);
    const sights = events.map((event) => watcher?.see({ kind: 'event', data: JSON.stringify(event) }));
    return { sights, complete: watcher?.isDone() };
  };

  it('watches fill-in-the-middle of llama-server', () => {
    expect(
      see(
        'infill',
        { content: '', stop: false },
        { content: 'a', stop: false },
        { content: '', stop: true, tokens_predicted: 2, tokens_evaluated: 3 },
      ),
    ).toEqual({
      sights: [{}, { commits: true }, { usage: { inputTokens: 3, outputTokens: 2 } }],
      complete: true,
    });
  });

  it('watches messages, whose own message is no failure', () => {
    expect(
      see(
        'messages',
        { type: 'message_start', message: { role: 'assistant', usage: { input_tokens: 3 } } },
        { type: 'content_block_delta', delta: { text: 'a' } },
        { type: 'message_delta', usage: { output_tokens: 4 } },
        { type: 'message_stop' },
      ),
    ).toEqual({ sights: [{ usage: { inputTokens: 3 } }, { commits: true }, { usage: { outputTokens: 4 } }, {}], complete: true });
  });

  it('watches responses', () => {
    expect(
      see(
        'responses',
        { type: 'response.created', response: { error: null } },
        { type: 'response.output_text.delta', delta: 'a' },
        { type: 'response.completed', response: { usage: { input_tokens: 3, output_tokens: 4 } } },
      ),
    ).toEqual({ sights: [{}, { commits: true }, { usage: { inputTokens: 3, outputTokens: 4 } }], complete: true });
  });
});
