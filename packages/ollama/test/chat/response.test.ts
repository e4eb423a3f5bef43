import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { ollama } from '../../src/index.ts';
import { toArgumentsObject } from '../../src/chat/request/arguments-object.ts';
import { toArgumentsText } from '../../src/chat/tool-calls.ts';
import { decodeStream, lines } from '../decode-stream.ts';
import { providerCall } from '../provider-call.ts';
import { hello } from './chat-body.ts';

const answer = (body: JsonObject, options = {}): JsonObject =>
  ollama(options).operations.chat?.response(
    { model: 'm', created_at: '2024-05-01T10:00:01.5+02:00', done: true, ...body },
    providerCall(),
  ) ?? {};

const choiceOf = (body: JsonObject): JsonObject => (answer(body)['choices'] as JsonObject[])[0] ?? {};
const messageOf = (body: JsonObject): JsonObject => choiceOf(body)['message'] as JsonObject;

describe('a whole answer', () => {
  it('comes down in the form of OpenAI', () => {
    const body = {
      message: { role: 'assistant', content: 'Hi' },
      done_reason: 'stop',
      prompt_eval_count: 3,
      eval_count: 4,
      total_duration: 5,
    };
    expect(answer(body)).toEqual({
      id: 'chatcmpl-0-1',
      object: 'chat.completion',
      created: 1714550401,
      model: 'm',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hi', refusal: null }, logprobs: null, finish_reason: 'stop' }],
      usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
    });
  });

  it.each([
    [
      { content: 'a', thinking: 'r' },
      { content: 'a', reasoning_content: 'r', reasoning: 'r' },
    ],
    [
      { content: '', thinking: 'r' },
      { content: '', reasoning_content: 'r', reasoning: 'r' },
    ],
    [{ content: 'a', thinking: '' }, { content: 'a' }],
    [{}, { content: '' }],
    [
      { content: '', tool_calls: [{ id: 'x', function: { index: 0, name: 'f', arguments: { b: 1, a: 2 } } }] },
      { content: null, tool_calls: [{ id: 'x', type: 'function', function: { name: 'f', arguments: '{"b":1,"a":2}' } }] },
    ],
    [
      { content: 'a', tool_calls: [{ function: { name: 'f' } }, { function: { name: 'g', arguments: 'as it is' } }, 'junk', {}] },
      {
        content: 'a',
        tool_calls: [
          { id: 'call_010', type: 'function', function: { name: 'f', arguments: '{}' } },
          { id: 'call_011', type: 'function', function: { name: 'g', arguments: 'as it is' } },
          { id: 'call_012', type: 'function', function: { name: '', arguments: '{}' } },
        ],
      },
    ],
  ])('with the message %j', (message, expected) => {
    expect(messageOf({ message })).toEqual({ role: 'assistant', refusal: null, ...expected });
  });

  it.each([
    ['reasoning', { reasoning: 'r' }],
    ['reasoning_content', { reasoning_content: 'r' }],
    ['both', { reasoning: 'r', reasoning_content: 'r' }],
  ])('says what was thought in the fields that the operator wants: %s', (reasoningFields, expected) => {
    const [choice] = answer({ message: { content: 'a', thinking: 'r' } }, { reasoningFields })['choices'] as JsonObject[];
    expect(choice?.['message']).toEqual({ role: 'assistant', content: 'a', refusal: null, ...expected });
  });

  const toolCalls = [{ function: { name: 'f' } }];
  it.each([
    ['stop', undefined, 'stop'],
    ['stop', toolCalls, 'tool_calls'],
    ['length', undefined, 'length'],
    ['length', toolCalls, 'length'],
    ['load', undefined, 'stop'],
    ['unload', undefined, 'stop'],
    ['', undefined, 'stop'],
    [undefined, undefined, 'stop'],
    [undefined, toolCalls, 'tool_calls'],
    ['something new', undefined, 'stop'],
  ])('ends for the reason %j with the calls %j as %s', (reason, calls, expected) => {
    const message = { content: '', ...(calls === undefined ? {} : { tool_calls: calls }) };
    expect(choiceOf({ message, ...(reason === undefined ? {} : { done_reason: reason }) })['finish_reason']).toBe(expected);
  });

  it.each([
    ['2024-05-01T10:00:01.123456789Z', 1714557601],
    ['2024-05-01T10:00:01-07:00', 1714582801],
    ['0001-01-01T00:00:00Z', 1_700_000_000],
    ['yesterday', 1_700_000_000],
    [7, 1_700_000_000],
  ])('was made at %s, which is %i', (created_at, expected) => {
    expect(answer({ message: {}, created_at })['created']).toBe(expected);
  });

  it('counts 0 where nothing was counted', () => {
    expect(answer({ message: {}, eval_count: 2 })['usage']).toEqual({ prompt_tokens: 0, completion_tokens: 2, total_tokens: 2 });
  });

  it('speaks of function_call to a caller who spoke of functions, whole and streamed', () => {
    const call = providerCall();
    const { chat } = ollama().operations;
    if (chat?.stream === undefined) throw new Error('no chat');
    chat.request({ messages: hello, functions: [{ name: 'f' }] }, call);
    const message = { content: '', tool_calls: [{ function: { name: 'f', arguments: { x: 1 } } }, { function: { name: 'g' } }] };
    const [choice] = chat.response({ message, done: true }, call)['choices'] as JsonObject[];
    const called = { name: 'f', arguments: '{"x":1}' };
    expect(choice).toEqual({
      index: 0,
      message: { role: 'assistant', content: null, refusal: null, function_call: called },
      logprobs: null,
      finish_reason: 'function_call',
    });
    const decoder = chat.stream.createDecoder(call);
    const bytes = lines({ message, done: false }, { message: { content: '', tool_calls: [{ function: { name: 'h' } }] }, done: true });
    const { chunks, complete } = decodeStream(decoder, [bytes]);
    expect(complete).toBe(true);
    expect(decoder.done).toBe(true);
    expect(chunks.map(({ choices }) => (choices as JsonObject[])[0])).toEqual([
      { index: 0, delta: { role: 'assistant', content: null, function_call: called }, finish_reason: null },
      { index: 0, delta: {}, finish_reason: 'function_call' },
      undefined,
    ]);
  });

  it.each([
    ['no object', 'text', 502, 'upstream_garbage'],
    ['another object', { models: [] }, 502, 'upstream_garbage'],
    ['an error that wears a 200', { error: 'server busy, please try again.  maximum pending requests exceeded' }, 503, 'provider_error'],
    ['an answer that is not done', { message: { content: 'half' }, done: false }, 502, 'stream_interrupted'],
    [
      'arguments nested too deep',
      {
        message: {
          tool_calls: [{ function: { name: 'f', arguments: JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`) as JsonValue } }],
        },
      },
      502,
      'upstream_garbage',
    ],
  ])('is refused where it is %s', (_title, body, status, code) => {
    expect(() => ollama().operations.chat?.response(body, providerCall())).toThrow(
      expect.objectContaining({ status, code, source: 'provider', retryable: true }),
    );
  });
});

describe('the arguments of a call', () => {
  const json = fc
    .dictionary(fc.string(), fc.jsonValue() as fc.Arbitrary<JsonValue>)
    .map((value) => JSON.parse(JSON.stringify(value)) as JsonObject);

  it('are the same object after the way down and up again', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(toArgumentsObject(toArgumentsText(value), 'arguments')).toEqual(value);
      }),
    );
  });

  it('are the same text after the way up and down again', () => {
    fc.assert(
      fc.property(json, (value) => {
        const written = JSON.stringify(value);
        expect(toArgumentsText(toArgumentsObject(written, 'arguments'))).toBe(written);
      }),
    );
  });
});

describe('the ids of the calls of a stream', () => {
  it('are never twice the same, and the numbers count up, whatever the server sends', () => {
    const entry = fc.record(
      {
        id: fc.oneof(fc.constantFrom('', 'a', 'b', 'call_010', 'call_011', 'call_012'), fc.integer()),
        function: fc.record({ index: fc.constant(0), name: fc.string(), arguments: fc.constant({}) }),
      },
      { requiredKeys: ['function'] },
    );
    fc.assert(
      fc.property(fc.array(fc.array(entry)), (calls) => {
        const decoder = ollama().operations.chat?.stream?.createDecoder(providerCall({ stream: true }));
        if (decoder === undefined) throw new Error('no stream');
        const spoken = calls.map((list) => ({ message: { content: '', tool_calls: list }, done: false }));
        const { chunks, complete } = decodeStream(decoder, [
          lines(...spoken, { done: true, done_reason: 'stop', message: { content: '' } }),
        ]);
        const sent = chunks.flatMap(({ choices }) => {
          const delta = (choices as JsonObject[])[0]?.['delta'] as JsonObject | undefined;
          return (delta?.['tool_calls'] ?? []) as JsonObject[];
        });
        expect(complete).toBe(true);
        expect(sent.map(({ index }) => index)).toEqual(calls.flat().map((_, at) => at));
        expect(new Set(sent.map(({ id }) => id)).size).toBe(sent.length);
        expect(sent.every(({ id, type }) => typeof id === 'string' && id !== '' && type === 'function')).toBe(true);
      }),
    );
  });
});
