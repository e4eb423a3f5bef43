import { describe, expect, it } from 'vitest';

import type { JsonObject, UpstreamRequest, UpstreamRequests } from '@ai-proxy/core';
import { ollama } from '../../src/index.ts';
import type { OllamaOptions } from '../../src/index.ts';
import { decodeStream, lines } from '../decode-stream.ts';
import type { RecordedCall } from '../provider-call.ts';
import { providerCall } from '../provider-call.ts';

const completions = (options: OllamaOptions = {}): NonNullable<ReturnType<typeof ollama>['operations']['completions']> => {
  const operation = ollama(options).operations.completions;
  if (operation === undefined) throw new Error('no completions');
  return operation;
};
const completionsCall = (options: { stream?: boolean } = {}): RecordedCall => providerCall({ operation: 'completions', ...options });
const send = (input: JsonObject, call = completionsCall(), options: OllamaOptions = {}): UpstreamRequest | UpstreamRequests =>
  completions(options).request({ prompt: 'p', ...input }, call);

const base = { model: 'llama3.2:latest', prompt: 'p', stream: false };
const answer = (text: string, more: JsonObject = {}): JsonObject => ({
  model: 'm',
  created_at: '2024-05-01T10:00:01Z',
  response: text,
  done: true,
  done_reason: 'stop',
  prompt_eval_count: 3,
  eval_count: 4,
  ...more,
});

describe('a request for completions', () => {
  const rows: readonly (readonly [input: JsonObject, sent: JsonObject, dropped?: readonly string[]])[] = [
    [{}, {}],
    [{ prompt: ['p'] }, {}],
    [{ suffix: 's' }, { suffix: 's' }],
    [{ raw: true }, { raw: true }],
    [
      { max_tokens: 7, seed: 1, stop: 'x', temperature: 0.5, top_p: 0 },
      { options: { num_predict: 7, seed: 1, stop: ['x'], temperature: 0.5, top_p: 0 } },
    ],
    [{ presence_penalty: 1, frequency_penalty: 0 }, { options: { presence_penalty: 1, frequency_penalty: 0 } }],
    [{ logprobs: 3 }, { logprobs: true, top_logprobs: 3 }],
    [{ logprobs: 0 }, { logprobs: true, top_logprobs: 0 }],
    [{ logprobs: null, echo: null, best_of: null, n: null }, {}],
    [{ echo: false, best_of: 1, n: 1, logit_bias: {} }, {}],
    [
      { keep_alive: '1m', num_ctx: 1, think: false },
      { keep_alive: '1m', options: { num_ctx: 1 }, think: false },
    ],
    [{ user: 'u', logit_bias: { 1: 1 }, tools: [] }, {}, ['user', 'logit_bias', 'tools']],
  ];
  it.each(rows.map(([input, sent, dropped = []]) => ({ input, sent, dropped })))('is sent: $input', ({ input, sent, dropped }) => {
    const call = completionsCall();
    expect(send(input, call)).toEqual({ path: '/api/generate', body: { ...base, ...sent } });
    expect(new Set(call.dropped)).toEqual(new Set(dropped));
  });

  it('says that it streams where it does', () => {
    expect(send({}, completionsCall({ stream: true }))).toEqual({ path: '/api/generate', body: { ...base, stream: true } });
  });

  it('carries what the operator wants', () => {
    expect(send({}, completionsCall(), { openaiDefaults: true, keepAlive: '1h' })).toEqual({
      path: '/api/generate',
      body: { ...base, keep_alive: '1h', options: { temperature: 1, top_p: 1 } },
    });
  });

  it.each([
    [{ prompt: [1, 2] }, 'prompt[0]'],
    [{ prompt: [] }, 'prompt'],
    [{ prompt: 1 }, 'prompt'],
    [{ best_of: 2 }, 'best_of'],
    [{ echo: 1 }, 'echo'],
    [{ logprobs: 'all' }, 'logprobs'],
    [{ prompt: Array<string>(129).fill('p') }, 'prompt'],
  ])('is refused: %#', (input, param) => {
    expect(() => send(input as JsonObject)).toThrow(expect.objectContaining({ status: 400, param, source: 'caller' }));
  });

  it.each([
    [{ prompt: ['a', 'b'] }, 'prompt'],
    [{ n: 2 }, 'n'],
  ])('cannot be streamed where it asks for several answers: %j', (input, param) => {
    expect(() => send(input as JsonObject, completionsCall({ stream: true }))).toThrow(expect.objectContaining({ status: 400, param }));
  });
});

describe('several completions', () => {
  it('are a request for each answer to each prompt, combined in their order, with the prompts before them where that was asked for', () => {
    const call = completionsCall();
    const { requests, combine } = send({ prompt: ['a', 'b'], n: 2, best_of: 2, echo: true, seed: 5 }, call) as UpstreamRequests;
    expect(requests.map(({ body }) => [body?.['prompt'], body?.['options']])).toEqual([
      ['a', { seed: 5 }],
      ['a', { seed: 6 }],
      ['b', { seed: 5 }],
      ['b', { seed: 6 }],
    ]);
    const outputs = ['1', '2', '3', '4'].map((text) => completions().response(answer(text), call));
    expect(combine(outputs)).toEqual({
      id: 'cmpl-0-1',
      object: 'text_completion',
      created: 1714557601,
      model: 'm',
      choices: ['a1', 'a2', 'b3', 'b4'].map((text, index) => ({ text, index, logprobs: null, finish_reason: 'stop' })),
      usage: { prompt_tokens: 12, completion_tokens: 16, total_tokens: 28 },
    });
  });
});

describe('a completion', () => {
  it('comes down whole', () => {
    expect(completions().response(answer('x', { thinking: 'r', done_reason: 'length' }), completionsCall())).toEqual({
      id: 'cmpl-0-1',
      object: 'text_completion',
      created: 1714557601,
      model: 'm',
      choices: [{ text: 'x', index: 0, logprobs: null, finish_reason: 'length' }],
      usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
    });
  });

  const logprobs = [
    {
      token: 'x',
      logprob: -1,
      top_logprobs: [
        { token: 'x', logprob: -1 },
        { token: 'y', logprob: -2 },
      ],
    },
    { token: 'yz', logprob: -3 },
  ];

  it('has its log probabilities in the older form, with offsets that count the prompt where it is echoed', () => {
    const call = completionsCall();
    const { combine } = send({ prompt: 'abc', echo: true, logprobs: 2 }, call) as UpstreamRequests;
    const output = completions().response(answer('xyz', { logprobs }), call);
    const older = { tokens: ['x', 'yz'], token_logprobs: [-1, -3], top_logprobs: [{ x: -1, y: -2 }, {}], text_offset: [0, 1] };
    expect((output['choices'] as JsonObject[])[0]?.['logprobs']).toEqual(older);
    expect((combine([output])['choices'] as JsonObject[])[0]).toEqual({
      text: 'abcxyz',
      index: 0,
      logprobs: { ...older, text_offset: [3, 4] },
      finish_reason: 'stop',
    });
  });

  it('begins with the prompt also in a stream', () => {
    const call = completionsCall({ stream: true });
    send({ prompt: 'abc', echo: true }, call);
    const decoder = completions().stream?.createDecoder(call);
    if (decoder === undefined) throw new Error('no stream');
    const { chunks, complete } = decodeStream(decoder, [
      lines(answer('x', { done: false, logprobs: logprobs.slice(0, 1) }), answer('yz'), answer('late')),
    ]);
    const choices = chunks.map((chunk) => (chunk['choices'] as JsonObject[])[0]);
    expect(choices.map((choice) => choice?.['text'])).toEqual(['abcx', 'yz', '', undefined]);
    expect(choices.map((choice) => (choice?.['logprobs'] as JsonObject | null | undefined)?.['text_offset'])).toEqual([
      [3],
      undefined,
      undefined,
      undefined,
    ]);
    expect([complete, decoder.done]).toEqual([true, true]);
  });
});

describe('fill-in-the-middle', () => {
  const fim = ollama().operations.fim;
  const fimCall = (capabilities?: readonly string[]): RecordedCall =>
    providerCall({ operation: 'fim', ...(capabilities === undefined ? {} : { capabilities }) });

  it('goes up with its suffix', () => {
    const call = fimCall(['fim']);
    const input = { prompt: 'p', suffix: 's', max_tokens: 5, temperature: 0, min_tokens: 1, n: 1, echo: false, user: 'u' };
    expect(fim?.request(input, call)).toEqual({
      path: '/api/generate',
      body: { ...base, suffix: 's', options: { num_predict: 5, temperature: 0 } },
    });
    expect(call.dropped).toEqual(['min_tokens', 'user']);
  });

  it('comes down in the form of chat', () => {
    expect(fim?.response(answer('x'), fimCall())).toEqual({
      id: 'chatcmpl-0-1',
      object: 'chat.completion',
      created: 1714557601,
      model: 'm',
      choices: [{ index: 0, message: { role: 'assistant', content: 'x', refusal: null }, logprobs: null, finish_reason: 'stop' }],
      usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
    });
  });

  it('is refused for a model that is known to have no such thing, and for what is no prompt', () => {
    expect(() => fim?.request({ prompt: 'p' }, fimCall(['chat']))).toThrow(expect.objectContaining({ status: 400, param: 'model' }));
    expect(() => fim?.request({ prompt: ['p'] }, fimCall())).toThrow(expect.objectContaining({ status: 400, param: 'prompt' }));
  });
});
