import { describe, expect, test } from 'vitest';
import { createOpenaiEncoder } from '../../../src/faces/openai/create-encoder.ts';
import { openaiFace } from '../../../src/faces/openai/openai-face.ts';
import { ProxyError } from '../../../src/index.ts';
import type { JsonObject } from '../../../src/index.ts';
import { makeCall } from './make-call.ts';

const now = (): number => 1_800_000_000;
const head = { id: 'a', object: 'chat.completion.chunk', created: 1, model: 'm' };
const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
const asking = { stream_options: { include_usage: true } };

function chunkOf(delta: JsonObject, more: JsonObject = {}): JsonObject {
  return { ...head, choices: [{ index: 0, delta, finish_reason: null }], ...more };
}

function read(event: string): unknown {
  expect(event.startsWith('data: ')).toBe(true);
  expect(event.endsWith('\n\n')).toBe(true);
  return JSON.parse(event.slice(6, -2));
}

test('the face is named openai and its encoder says what it writes', () => {
  const encoder = openaiFace.createEncoder(makeCall('chat'));
  expect(openaiFace.name).toBe('openai');
  expect(encoder.contentType).toBe('application/json');
  expect(encoder.streamContentType).toBe('text/event-stream; charset=utf-8');
  expect(encoder.keepAlive).toBe(': ping\n\n');
});

describe('a chunk', () => {
  test('that is complete goes out as it is, to the byte', () => {
    const chunk = chunkOf({ role: 'assistant', content: 'é\u2028' }, { system_fingerprint: 'fp', obfuscation: 'xx' });
    expect(createOpenaiEncoder(makeCall('chat')).chunk(chunk)).toBe(`data: ${JSON.stringify(chunk)}\n\n`);
  });

  test('is never changed in place', () => {
    const encoder = createOpenaiEncoder(makeCall('chat', asking), now);
    const chunks = [
      { choices: [{ delta: { content: 'x' } }], usage },
      { id: 'b', choices: [{ finish_reason: 'weird' }] },
    ];
    const before = structuredClone(chunks);
    chunks.forEach((chunk) => encoder.chunk(chunk));
    encoder.end();
    expect(chunks).toEqual(before);
  });

  test('has the id, the time and the model of the first one', () => {
    const encoder = createOpenaiEncoder(makeCall('chat'));
    encoder.chunk(chunkOf({ role: 'assistant' }));
    const later = {
      id: 'other',
      object: 'chunk',
      created: 99,
      model: 'other',
      choices: [{ index: 0, delta: { content: 'x' }, finish_reason: null }],
    };
    expect(read(encoder.chunk(later))).toEqual(chunkOf({ content: 'x' }));
  });

  test('gets an id, a time and a model where the first has none, and keeps them', () => {
    const encoder = createOpenaiEncoder(makeCall('chat'), now);
    const expected = { id: 'chatcmpl-call-1', object: 'chat.completion.chunk', created: now(), model: 'asked-model' };
    expect(read(encoder.chunk({ id: '', model: '', choices: [{ delta: { content: 'x' } }] }))).toEqual({
      ...expected,
      choices: [{ index: 0, delta: { content: 'x', role: 'assistant' }, finish_reason: null }],
    });
    expect(read(encoder.chunk(chunkOf({ content: 'y' })))).toEqual({ ...expected, choices: chunkOf({ content: 'y' })['choices'] });
  });

  test.each([[{}], [{ role: null }], [{ role: '' }]])('whose first delta is %j gets a role, once a choice', (delta) => {
    const encoder = createOpenaiEncoder(makeCall('chat'));
    expect(read(encoder.chunk(chunkOf({ ...delta, content: 'x' })))).toEqual(chunkOf({ content: 'x', role: 'assistant' }));
    expect(read(encoder.chunk(chunkOf({ content: 'y' })))).toEqual(chunkOf({ content: 'y' }));
    const second = (content: string, more: JsonObject): JsonObject => ({
      ...head,
      choices: [{ index: 1, delta: { content, ...more }, finish_reason: null }],
    });
    expect(read(encoder.chunk(second('z', {})))).toEqual(second('z', { role: 'assistant' }));
    expect(read(encoder.chunk(second('z', {})))).toEqual(second('z', {}));
  });

  test.each([
    ['stop', 'stop'],
    ['length', 'length'],
    ['tool_calls', 'tool_calls'],
    ['content_filter', 'content_filter'],
    ['function_call', 'function_call'],
    ['model_length', 'stop'],
    [null, null],
    [undefined, null],
  ])('with the finish_reason %j says %j', (given, seen) => {
    const encoder = createOpenaiEncoder(makeCall('chat'));
    const choice: JsonObject = { index: 0, delta: { role: 'assistant' }, ...(given === undefined ? {} : { finish_reason: given }) };
    expect(read(encoder.chunk({ ...head, choices: [choice] }))).toMatchObject({ choices: [{ finish_reason: seen }] });
  });

  test('that ends a choice without a delta gets an empty one', () => {
    const encoder = createOpenaiEncoder(makeCall('chat'));
    encoder.chunk(chunkOf({ role: 'assistant' }));
    expect(read(encoder.chunk({ ...head, choices: [{ index: 0, finish_reason: 'stop' }] }))).toEqual({
      ...head,
      choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
    });
  });

  test('of a text completion has all four fields of its choice', () => {
    const encoder = createOpenaiEncoder(makeCall('completions'), now);
    const expected = { id: 'cmpl-call-1', object: 'text_completion', created: now(), model: 'asked-model' };
    expect(read(encoder.chunk({ choices: [{ text: 'x' }] }))).toEqual({
      ...expected,
      choices: [{ text: 'x', index: 0, logprobs: null, finish_reason: null }],
    });
    expect(read(encoder.chunk({ choices: [{ index: 0, finish_reason: 'tool_calls' }] }))).toEqual({
      ...expected,
      choices: [{ text: '', index: 0, logprobs: null, finish_reason: 'stop' }],
    });
  });

  test('without choices is not shown to a caller who reads the first choice without looking', () => {
    const encoder = createOpenaiEncoder(makeCall('chat'));
    expect(encoder.chunk({ ...head, choices: [] })).toBe('');
    expect(encoder.chunk({ ...head })).toBe('');
  });

  test.each([[null], ['text'], [[]], [undefined]])('that is %j is refused as a fault of ours', (chunk) => {
    expect(() => createOpenaiEncoder(makeCall('chat')).chunk(chunk)).toThrow(
      expect.objectContaining({ name: 'ProxyError', status: 500, code: 'internal_error' }),
    );
  });
});

describe.each(['chat', 'fim', 'completions'])('the usage of a stream of %s', (operation) => {
  const object = operation === 'completions' ? 'text_completion' : 'chat.completion.chunk';
  const part = { index: 0, delta: { role: 'assistant' }, text: '', logprobs: null, finish_reason: null };
  const content = { ...head, object, choices: [part] };
  const usageChunk = { ...head, object, choices: [], usage };

  test.each([
    [{}],
    [{ stream_options: null }],
    [{ stream_options: {} }],
    [{ stream_options: { include_usage: false } }],
    [{ stream_options: { include_usage: 'true' } }],
  ])('is kept back when the caller says %j', (input) => {
    const encoder = createOpenaiEncoder(makeCall(operation, input));
    expect(encoder.chunk(content)).toBe(`data: ${JSON.stringify(content)}\n\n`);
    expect(encoder.chunk(usageChunk)).toBe('');
    expect(encoder.end()).toBe('data: [DONE]\n\n');
  });

  test('comes last and alone when the caller asked, and every other chunk says null', () => {
    const encoder = createOpenaiEncoder(makeCall(operation, asking));
    expect(encoder.chunk(content)).toBe(`data: ${JSON.stringify({ ...content, usage: null })}\n\n`);
    expect(encoder.chunk(usageChunk)).toBe('');
    expect(encoder.end()).toBe(`data: ${JSON.stringify(usageChunk)}\n\ndata: [DONE]\n\n`);
  });

  test('comes last also when the provider gives it before the end or on a chunk with content', () => {
    const encoder = createOpenaiEncoder(makeCall(operation, asking));
    const events = [usageChunk, { ...content, usage: { ...usage, total_tokens: 9 } }].map((chunk) => encoder.chunk(chunk));
    expect(events[0]).toBe('');
    expect(read(events[1] ?? '')).toEqual({ ...content, usage: null });
    expect(encoder.end()).toBe(`data: ${JSON.stringify({ ...usageChunk, usage: { ...usage, total_tokens: 9 } })}\n\ndata: [DONE]\n\n`);
  });

  test('has the id of the stream', () => {
    const encoder = createOpenaiEncoder(makeCall(operation, asking));
    encoder.chunk(content);
    encoder.chunk({ id: 'other', created: 7, model: 'other', choices: [], usage });
    expect(read(encoder.end().replace('data: [DONE]\n\n', ''))).toEqual(usageChunk);
  });

  test('is not made up where the provider gave none', () => {
    const encoder = createOpenaiEncoder(makeCall(operation, asking));
    encoder.chunk(content);
    expect(encoder.end()).toBe('data: [DONE]\n\n');
  });

  test('on a chunk with content does not reach a caller who did not ask', () => {
    const encoder = createOpenaiEncoder(makeCall(operation));
    expect(read(encoder.chunk({ ...content, usage }))).toEqual(content);
    expect(read(encoder.chunk({ ...content, usage: null }))).toEqual(content);
  });
});

test('a stream without a chunk is only its end', () => {
  expect(createOpenaiEncoder(makeCall('chat', asking)).end()).toBe('data: [DONE]\n\n');
});

test('a failure is one event in OpenAI’s form, without the mark of an end', () => {
  const encoder = createOpenaiEncoder(makeCall('chat', asking));
  encoder.chunk({ ...head, choices: [], usage });
  const event = encoder.fail(new ProxyError('The provider stopped.\n\ndata: [DONE]', { status: 502, code: 'upstream_reset' }));
  expect(read(event)).toEqual({
    error: { message: 'The provider stopped.\n\ndata: [DONE]', type: 'api_error', param: null, code: 'upstream_reset' },
  });
  expect(event.split('\n')).toHaveLength(3);
});
