import { describe, expect, it } from 'vitest';

import type { JsonObject, JsonValue, UpstreamRequests } from '@ai-proxy/core';
import { ollama } from '../../../src/index.ts';
import type { OllamaOptions } from '../../../src/index.ts';
import { providerCall } from '../../provider-call.ts';
import { hello, sendChat } from '../chat-body.ts';

const base = { model: 'llama3.2:latest', messages: hello, stream: false };
const schema = { type: 'object', properties: { a: { type: 'string' } } };

type Row = readonly [title: string, input: JsonObject, sent: JsonObject, dropped?: readonly string[]];

const rows: readonly Row[] = [
  ['the model of the plan, and that nothing shall stream', { model: 'alias' }, {}],
  ['max_tokens as num_predict', { max_tokens: 7 }, { options: { num_predict: 7 } }],
  ['max_completion_tokens before max_tokens', { max_tokens: 7, max_completion_tokens: 9 }, { options: { num_predict: 9 } }, ['max_tokens']],
  ['max_completion_tokens in either order', { max_completion_tokens: 9, max_tokens: 7 }, { options: { num_predict: 9 } }, ['max_tokens']],
  ['both names of one number without a report', { max_tokens: 9, max_completion_tokens: 9 }, { options: { num_predict: 9 } }],
  ['no temperature and no top_p of its own', { temperature: null, top_p: null }, {}],
  ['temperature and top_p', { temperature: 0, top_p: 0.5 }, { options: { temperature: 0, top_p: 0.5 } }],
  ['one stop as a list', { stop: 'x' }, { options: { stop: ['x'] } }],
  ['several stops', { stop: ['x', 'y'] }, { options: { stop: ['x', 'y'] } }],
  ['no empty list of stops', { stop: [] }, {}],
  ['a seed', { seed: -5 }, { options: { seed: -5 } }],
  ['penalties', { presence_penalty: 1, frequency_penalty: -1 }, { options: { presence_penalty: 1, frequency_penalty: -1 } }],
  [
    'the options that callers write beside the fields',
    { top_k: 20, min_p: 0.1, repeat_penalty: 1.2, num_ctx: 8192 },
    { options: { top_k: 20, min_p: 0.1, repeat_penalty: 1.2, num_ctx: 8192 } },
  ],
  [
    'the options of Ollama, each with its type',
    {
      options: {
        num_keep: 1,
        typical_p: 1,
        repeat_last_n: 2,
        num_batch: 3,
        num_gpu: 4,
        main_gpu: 0,
        use_mmap: false,
        num_thread: 2,
        stop: ['x'],
        seed: null,
      },
    },
    {
      options: {
        num_keep: 1,
        typical_p: 1,
        repeat_last_n: 2,
        num_batch: 3,
        num_gpu: 4,
        main_gpu: 0,
        use_mmap: false,
        num_thread: 2,
        stop: ['x'],
      },
    },
  ],
  [
    'a field before the same option',
    { temperature: 0.1, options: { temperature: 0.9 } },
    { options: { temperature: 0.1 } },
    ['options.temperature'],
  ],
  ['a field and the same option that agree', { top_k: 3, options: { top_k: 3 } }, { options: { top_k: 3 } }],
  ['no option that Ollama does not know', { options: { mirostat: 1, top_k: 1 } }, { options: { top_k: 1 } }, ['options.mirostat']],
  ['keep_alive in seconds', { keep_alive: 0 }, { keep_alive: 0 }],
  ['keep_alive as a duration', { keep_alive: '5m' }, { keep_alive: '5m' }],
  ['truncate and shift', { truncate: false, shift: true }, { truncate: false, shift: true }],
  ['response_format text as nothing', { response_format: { type: 'text' } }, {}],
  ['response_format json_object as json', { response_format: { type: ' JSON_object ' } }, { format: 'json' }],
  [
    'response_format json_schema as the schema',
    { response_format: { type: 'json_schema', json_schema: { name: 'n', strict: true, schema } } },
    { format: schema },
  ],
  [
    'a description of a schema as a report',
    { response_format: { type: 'json_schema', json_schema: { name: 'n', description: 'd', schema } } },
    { format: schema },
    ['response_format.json_schema.description'],
  ],
  ['logprobs', { logprobs: true, top_logprobs: 3 }, { logprobs: true, top_logprobs: 3 }],
  ['think', { think: true }, { think: true }],
  ['no thinking', { think: false, reasoning_effort: 'high' }, { think: false }],
  ['a level of thinking', { think: 'max' }, { think: 'max' }],
  ['reasoning.effort before reasoning_effort', { reasoning: { effort: 'low' }, reasoning_effort: 'high' }, { think: 'low' }],
  ['reasoning.summary as a report', { reasoning: { effort: 'low', summary: 'auto' } }, { think: 'low' }, ['reasoning.summary']],
  ...(
    [
      ['none', false],
      ['minimal', 'low'],
      ['low', 'low'],
      ['medium', 'medium'],
      ['high', 'high'],
      ['max', 'max'],
      ['xhigh', 'max'],
      ['ultra', 'max'],
    ] as const
  ).map(([effort, think]): Row => [`the effort ${effort} as ${think}`, { reasoning_effort: effort }, { think }]),
  ['an empty effort as nothing', { reasoning_effort: '' }, {}],
  [
    'nothing for what would happen anyway',
    {
      n: 1,
      store: false,
      parallel_tool_calls: true,
      service_tier: 'auto',
      modalities: ['text'],
      logit_bias: {},
      metadata: {},
      stream_options: { include_usage: true },
      tool_choice: 'auto',
      user: null,
    },
    {},
  ],
];

const unsupported: readonly (readonly [field: string, value: JsonValue])[] = [
  ['logit_bias', { '5': 1 }],
  ['user', 'u'],
  ['store', true],
  ['metadata', { a: 1 }],
  ['service_tier', 'flex'],
  ['prediction', { type: 'content', content: 'x' }],
  ['modalities', ['text', 'audio']],
  ['audio', { voice: 'x' }],
  ['verbosity', 'low'],
  ['parallel_tool_calls', false],
  ['safety_identifier', 's'],
  ['prompt_cache_key', 'k'],
  ['prompt_cache_retention', '24h'],
  ['prompt_cache_options', {}],
  ['web_search_options', {}],
  ['moderation', {}],
  ['something_new', 1],
];

describe('a chat request', () => {
  it.each(rows.map(([title, input, sent, dropped = []]) => ({ title, input, sent, dropped })))(
    'sends $title',
    ({ input, sent, dropped }) => {
      expect(sendChat(input)).toEqual({ path: '/api/chat', body: { ...base, ...sent }, dropped });
    },
  );

  it.each(unsupported)('reports %s, which Ollama has nothing for', (field, value) => {
    expect(sendChat({ [field]: value })).toEqual({ path: '/api/chat', body: base, dropped: [field] });
  });

  it('says that it streams where it does', () => {
    expect(sendChat({ stream: true }, {}, providerCall({ stream: true })).body).toEqual({ ...base, stream: true });
  });

  it('never makes a prototype of what a caller writes', () => {
    const { body } = sendChat(JSON.parse('{"__proto__":{"x":1},"options":{"__proto__":{"x":1},"top_k":1}}') as JsonObject);
    expect(Object.getPrototypeOf(body['options'])).toBe(Object.prototype);
    expect(body).toEqual({ ...base, options: { top_k: 1 } });
  });

  const refused: readonly (readonly [input: JsonObject, param: string])[] = [
    [{ max_tokens: 0 }, 'max_tokens'],
    [{ max_completion_tokens: 0 }, 'max_completion_tokens'],
    [{ stop: [1] }, 'stop'],
    [{ options: { stop: [1] } }, 'options.stop'],
    [{ options: { num_ctx: '8192' } }, 'options.num_ctx'],
    [{ options: { use_mmap: 1 } }, 'options.use_mmap'],
    [{ options: [] }, 'options'],
    [{ top_k: 'many' }, 'top_k'],
    [{ keep_alive: true }, 'keep_alive'],
    [{ think: 'a lot' }, 'think'],
    [{ reasoning_effort: 'gigantic' }, 'reasoning_effort'],
    [{ reasoning: 'high' }, 'reasoning'],
    [{ reasoning: { effort: 'gigantic' } }, 'reasoning.effort'],
    [{ response_format: { type: 'xml' } }, 'response_format.type'],
    [{ response_format: { type: 'json_schema' } }, 'response_format.json_schema.schema'],
    [{ response_format: { type: 'json_schema', json_schema: { name: 'n' } } }, 'response_format.json_schema.schema'],
    [{ logprobs: 1 }, 'logprobs'],
    [{ n: 129 }, 'n'],
    [{ messages: [] }, 'messages'],
    [{ messages: 'hello' }, 'messages'],
  ];
  it.each(refused)('refuses %j', (input, param) => {
    expect(() => sendChat(input)).toThrow(expect.objectContaining({ status: 400, param, source: 'caller' }));
  });
});

describe('a model that is known not to think', () => {
  const call = (): ReturnType<typeof providerCall> => providerCall({ capabilities: ['chat'] });

  it.each([
    [{ think: 'high' }, 'think'],
    [{ reasoning_effort: 'low' }, 'reasoning_effort'],
    [{ reasoning: { effort: 'low' } }, 'reasoning.effort'],
  ])('is not told to: %j', (input, dropped) => {
    expect(sendChat(input as JsonObject, {}, call())).toEqual({ path: '/api/chat', body: base, dropped: [dropped] });
  });

  it('may be told not to', () => {
    expect(sendChat({ reasoning_effort: 'none' }, {}, call())).toEqual({ path: '/api/chat', body: { ...base, think: false }, dropped: [] });
  });

  it('is unlike one that is known to', () => {
    expect(sendChat({ think: true }, {}, providerCall({ capabilities: ['chat', 'reasoning'] })).body['think']).toBe(true);
  });
});

describe('the operator', () => {
  const sent = (input: JsonObject, options: OllamaOptions): JsonObject => sendChat(input, options).body;

  it('may ask for the defaults of OpenAI, which a caller overrides', () => {
    expect(sent({}, { openaiDefaults: true })['options']).toEqual({ temperature: 1, top_p: 1 });
    expect(sent({ temperature: 0.2, options: { top_p: 0.3 } }, { openaiDefaults: true })['options']).toEqual({
      temperature: 0.2,
      top_p: 0.3,
    });
  });

  it('may say how long models stay, which a caller overrides', () => {
    expect(sent({}, { keepAlive: -1 })['keep_alive']).toBe(-1);
    expect(sent({ keep_alive: '1m' }, { keepAlive: '10m' })['keep_alive']).toBe('1m');
  });
});

describe('several answers', () => {
  const several = (input: JsonObject): UpstreamRequests =>
    ollama().operations.chat?.request({ messages: hello, ...input }, providerCall()) as UpstreamRequests;

  it('are several requests, each with a seed of its own', () => {
    expect(several({ n: 3, seed: 7, user: 'u' }).requests).toEqual(
      [7, 8, 9].map((seed) => ({ path: '/api/chat', body: { ...base, options: { seed } } })),
    );
  });

  it('are several equal requests without a seed', () => {
    const request = { path: '/api/chat', body: { ...base, options: { top_k: 1 } } };
    expect(several({ n: 2, top_k: 1 }).requests).toEqual([request, request]);
  });

  it('become one, with the choices in order, the tokens added up, and no id of a tool call twice', () => {
    const call = providerCall();
    const operation = ollama().operations.chat;
    const request = operation?.request({ messages: hello, n: 2 }, call) as UpstreamRequests;
    const answer = { message: { content: '', tool_calls: [{ function: { name: 'f' } }] }, done: true, prompt_eval_count: 3, eval_count: 4 };
    const outputs = [answer, answer].map((body) => operation?.response(body, call) ?? {});
    const combined = request.combine(outputs);
    const choices = combined['choices'] as { index: number; message: { tool_calls: { id: string }[] } }[];
    expect(choices.map(({ index }) => index)).toEqual([0, 1]);
    expect(choices.map(({ message }) => message.tool_calls[0]?.id)).toEqual(['call_010', 'call_011']);
    expect(combined['usage']).toEqual({ prompt_tokens: 6, completion_tokens: 8, total_tokens: 14 });
  });

  it('cannot be streamed', () => {
    expect(() => sendChat({ n: 2 }, {}, providerCall({ stream: true }))).toThrow(
      expect.objectContaining({ status: 400, param: 'n', code: 'unsupported_parameter' }),
    );
  });
});
