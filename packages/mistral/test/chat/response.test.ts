import { describe, expect, it } from 'vitest';

import type { JsonObject, UpstreamRequest } from '@ai-proxy/core';
import { mistral } from '../../src/index.ts';
import { providerCall } from '../provider-call.ts';
import { hello } from './chat-body.ts';

const head = { id: 'abc', object: 'chat.completion', created: 5, model: 'mistral-small-2506' };
const read = (body: unknown): JsonObject => mistral().operations.chat?.response(body, providerCall()) ?? {};
const choice = (message: unknown, finish: string | null = 'stop'): JsonObject =>
  (read({ ...head, choices: [{ index: 0, message, finish_reason: finish }] })['choices'] as JsonObject[])[0] ?? {};
const message = (content: JsonObject): JsonObject => ({ role: 'assistant', content: '', refusal: null, ...content });

describe('a whole answer', () => {
  it('keeps id, created and model, and counts', () => {
    const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
    expect(
      read({ ...head, usage, choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }], padding: 'x' }),
    ).toEqual({
      ...head,
      usage,
      choices: [{ index: 0, message: message({ content: 'Hi' }), logprobs: null, finish_reason: 'stop' }],
    });
  });

  it('makes up what is missing at its head', () => {
    expect(read({ choices: [] })).toEqual({
      id: 'call-1',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'mistral-small-latest',
      choices: [],
    });
  });

  const thinking = (...texts: string[]): JsonObject => ({ type: 'thinking', thinking: texts.map((text) => ({ type: 'text', text })) });
  it.each([
    ['a string', { content: 'Hi' }, { content: 'Hi' }],
    ['nothing', {}, { content: '' }],
    ['null', { content: null }, { content: '' }],
    [
      'texts and references',
      {
        content: [
          { type: 'text', text: 'a' },
          { type: 'reference', reference_ids: [1] },
          { type: 'text', text: 'b' },
        ],
      },
      { content: 'ab' },
    ],
    [
      'thinking and text',
      { content: [thinking('x', 'y'), thinking('z'), { type: 'text', text: 'a' }] },
      { content: 'a', reasoning_content: 'xy\nz' },
    ],
    [
      'a tool reference in thinking',
      {
        content: [
          {
            type: 'thinking',
            thinking: [
              { type: 'tool_reference', tool: 't', title: 't' },
              { type: 'text', text: 'x' },
            ],
          },
        ],
      },
      { content: '', reasoning_content: 'x' },
    ],
  ])('reads content that is %s', (_title, given, expected) => {
    expect(choice({ role: 'assistant', ...given })['message']).toEqual(message(expected));
  });

  it('gives tool calls their type, arguments as text, and null for content', () => {
    const calls = [
      { id: 'aaaaaaaaa', function: { name: 'f', arguments: '{"n": 9007199254740993}' } },
      { id: 'bbbbbbbbb', function: { name: 'g', arguments: { a: 1 } } },
    ];
    expect(choice({ role: 'assistant', tool_calls: calls }, 'tool_calls')).toEqual({
      index: 0,
      message: message({
        content: null,
        tool_calls: [
          { id: 'aaaaaaaaa', type: 'function', function: { name: 'f', arguments: '{"n": 9007199254740993}' } },
          { id: 'bbbbbbbbb', type: 'function', function: { name: 'g', arguments: '{"a":1}' } },
        ],
      }),
      logprobs: null,
      finish_reason: 'tool_calls',
    });
  });

  it.each([undefined, 'null'])('makes an id for a tool call whose id is %s', (id) => {
    const called = choice({ tool_calls: [{ ...(id === undefined ? {} : { id }), function: { name: 'f', arguments: '{}' } }] })['message'];
    expect(called).toMatchObject({ tool_calls: [{ id: expect.stringMatching(/^[a-zA-Z0-9]{9}$/) as unknown }] });
  });

  it('joins several messages and keeps the last tool calls', () => {
    const call = (name: string): JsonObject => ({ id: 'aaaaaaaaa', function: { name, arguments: '{}' } });
    const messages = [
      { role: 'assistant', content: 'a', tool_calls: [call('f')] },
      { role: 'tool', content: 'ignored' },
      { role: 'assistant', content: [{ type: 'text', text: 'b' }], tool_calls: [call('g')] },
    ];
    const answer = read({ ...head, choices: [{ index: 0, messages, finish_reason: 'stop' }] });
    expect(answer['choices']).toEqual([
      {
        index: 0,
        message: message({ content: 'ab', tool_calls: [{ id: 'aaaaaaaaa', type: 'function', function: { name: 'g', arguments: '{}' } }] }),
        logprobs: null,
        finish_reason: 'tool_calls',
      },
    ]);
  });

  it.each([
    ['stop', 'stop'],
    ['length', 'length'],
    ['model_length', 'length'],
    ['tool_calls', 'tool_calls'],
    ['something_new', 'stop'],
    [null, 'stop'],
  ])('says that it ended by %s as %s', (reason, expected) => {
    expect(choice({ content: 'x' }, reason)['finish_reason']).toBe(expected);
  });

  it('says tool_calls where tools were called although it stopped', () => {
    expect(choice({ tool_calls: [{ id: 'a', function: { name: 'f', arguments: '' } }] }, 'stop')['finish_reason']).toBe('tool_calls');
  });

  it.each([
    [{ prompt_tokens_details: { cached_tokens: 4 } }],
    [{ prompt_token_details: { cached_tokens: 4 } }],
    [{ num_cached_tokens: 4 }],
  ])('reads the cached tokens of %j', (spelling) => {
    const usage = { prompt_tokens: 9, completion_tokens: 1, total_tokens: 10 };
    expect(read({ ...head, choices: [], usage: { ...usage, ...spelling } })['usage']).toEqual({
      ...usage,
      prompt_tokens_details: { cached_tokens: 4 },
    });
  });

  it('is a 502 where the generation failed', () => {
    expect(() => choice({ content: 'x' }, 'error')).toThrow(expect.objectContaining({ status: 502, source: 'provider', retryable: true }));
  });

  it.each([[undefined], ['<html>'], [{ id: 'x' }], [[]]])('is a 502 where it is none: %j', (body) => {
    expect(() => read(body)).toThrow(expect.objectContaining({ status: 502, code: 'upstream_garbage', source: 'provider' }));
  });

  it('is the failure that it reports', () => {
    expect(() => read({ object: 'error', message: 'slow down', type: 'rate_limited', code: '1300' })).toThrow(
      expect.objectContaining({ status: 429, message: 'slow down', code: '1300', retryable: true }),
    );
  });
});

describe('an answer to a caller who sent functions', () => {
  const operation = mistral().operations.chat;
  const call = providerCall({ stream: true });
  const request = operation?.request({ messages: hello, functions: [{ name: 'f' }] }, call) as UpstreamRequest;

  it('holds function_call', () => {
    expect(request.body?.['tools']).toEqual([
      { type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } },
    ]);
    const body = {
      ...head,
      choices: [
        { index: 0, message: { tool_calls: [{ id: 'aaaaaaaaa', function: { name: 'f', arguments: '{}' } }] }, finish_reason: 'tool_calls' },
      ],
    };
    expect(operation?.response(body, call)['choices']).toEqual([
      {
        index: 0,
        message: message({ content: null, function_call: { name: 'f', arguments: '{}' } }),
        logprobs: null,
        finish_reason: 'function_call',
      },
    ]);
  });

  it('holds function_call in a stream', () => {
    const decoder = operation?.stream?.createDecoder(call);
    const event = {
      ...head,
      choices: [
        {
          index: 0,
          delta: { role: 'assistant', tool_calls: [{ id: 'aaaaaaaaa', function: { name: 'f', arguments: '{}' } }] },
          finish_reason: 'tool_calls',
        },
      ],
    };
    const chunks = decoder?.decode({ kind: 'event', data: JSON.stringify(event) }) ?? [];
    expect(chunks.map((chunk) => (chunk['choices'] as JsonObject[])[0])).toEqual([
      { index: 0, delta: { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } }, finish_reason: null },
      { index: 0, delta: {}, finish_reason: 'function_call' },
    ]);
  });
});
