import { describe, expect, test } from 'vitest';
import { createOpenaiEncoder } from '../../../src/faces/openai/create-encoder.ts';
import type { JsonObject, JsonValue, Operation } from '../../../src/index.ts';
import { makeCall } from './make-call.ts';

const now = (): number => 1_800_000_000;

function encode(operation: Operation, output: unknown): JsonValue {
  return JSON.parse(createOpenaiEncoder(makeCall(operation), now).value(output)) as JsonValue;
}

describe.each(['chat', 'fim'])('a whole answer to %s', (operation) => {
  const whole: JsonObject = {
    id: 'chatcmpl-7',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'small',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: 'Hi', refusal: null, reasoning_content: 'hm' },
        logprobs: { content: [], refusal: null },
        finish_reason: 'length',
      },
    ],
    usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
    system_fingerprint: 'fp',
    service_tier: 'default',
    provider_extra: { kept: true },
  };

  test('that is complete stays as it is, to the byte', () => {
    expect(createOpenaiEncoder(makeCall(operation), now).value(whole)).toBe(JSON.stringify(whole));
  });

  test('gets the fields that clients require, and nothing else', () => {
    expect(encode(operation, { choices: [{ message: { content: 'Hi' } }] })).toEqual({
      id: 'chatcmpl-call-1',
      object: 'chat.completion',
      created: now(),
      model: 'asked-model',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hi', refusal: null }, logprobs: null, finish_reason: 'stop' }],
    });
  });

  test('that only calls tools has null as content and tool_calls as its end', () => {
    const calls = [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }];
    expect(encode(operation, { ...whole, choices: [{ message: { tool_calls: calls } }] })).toMatchObject({
      choices: [{ message: { content: null, tool_calls: calls }, finish_reason: 'tool_calls' }],
    });
  });

  test('keeps several choices in their order, with the index they have', () => {
    expect(encode(operation, { ...whole, choices: [{ index: 1, message: {} }, { message: {} }] })).toMatchObject({
      choices: [{ index: 1 }, { index: 1 }],
    });
  });

  test('is not changed in place, for it may come from a cache', () => {
    const output = { choices: [{ message: { content: 'Hi' } }] };
    const before = structuredClone(output);
    encode(operation, output);
    expect(output).toEqual(before);
  });
});

test.each([
  ['chat', 'stop', 'stop'],
  ['chat', 'length', 'length'],
  ['chat', 'tool_calls', 'tool_calls'],
  ['chat', 'content_filter', 'content_filter'],
  ['chat', 'function_call', 'function_call'],
  ['chat', 'model_length', 'stop'],
  ['chat', '', 'stop'],
  ['chat', 7, 'stop'],
  ['completions', 'stop', 'stop'],
  ['completions', 'length', 'length'],
  ['completions', 'content_filter', 'content_filter'],
  ['completions', 'tool_calls', 'stop'],
  ['completions', undefined, 'stop'],
])('the finish_reason of %s is from the list: %j goes out as %j', (operation, given, seen) => {
  const choice = { message: { content: '' }, text: '', ...(given === undefined ? {} : { finish_reason: given }) };
  expect(encode(operation, { choices: [choice] })).toMatchObject({ choices: [{ finish_reason: seen }] });
});

test('a text completion gets its required fields', () => {
  expect(encode('completions', { created: 5.9, choices: [{ text: 'abc' }, { text: null, index: 1 }] })).toEqual({
    id: 'cmpl-call-1',
    object: 'text_completion',
    created: 5,
    model: 'asked-model',
    choices: [
      { text: 'abc', index: 0, logprobs: null, finish_reason: 'stop' },
      { text: '', index: 1, logprobs: null, finish_reason: 'stop' },
    ],
  });
});

test('a moderation gets an id and a model', () => {
  const results = [{ flagged: false, categories: {}, category_scores: {} }];
  expect(encode('moderations', { results })).toEqual({ id: 'modr-call-1', model: 'asked-model', results });
  expect(encode('moderations', { id: 'x', model: 'y', results })).toEqual({ id: 'x', model: 'y', results });
});

test('an answer of another operation goes out as it is', () => {
  expect(encode('models', { object: 'list', data: [] })).toEqual({ object: 'list', data: [] });
  expect(encode('models', undefined)).toBeNull();
});

test('an answer without choices or data does not get any', () => {
  expect(encode('chat', {})).not.toHaveProperty('choices');
  expect(encode('embeddings', {})).toEqual({ object: 'list', model: 'asked-model' });
});

test('an own __proto__ of an answer stays data', () => {
  const text =
    '{"id":"a","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"x","__proto__":{"refusal":"bad"},"refusal":null},"logprobs":null,"finish_reason":"stop"}],"__proto__":{"polluted":true}}';
  expect(createOpenaiEncoder(makeCall('chat'), now).value(JSON.parse(text))).toBe(text);
});
