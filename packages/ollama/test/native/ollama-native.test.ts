import { describe, expect, it } from 'vitest';

import { createFrameReader, ProxyError } from '@ai-proxy/core';
import type { Frame, NativeSight, NativeSurface } from '@ai-proxy/core';
import { ollama } from '../../src/index.ts';
import { lines } from '../decode-stream.ts';

const native = ollama().native as NativeSurface;

const frame = (value: string | object): Frame => ({ kind: 'event', data: typeof value === 'string' ? value : JSON.stringify(value) });

function watch(operation: string, ...values: readonly (string | object)[]): { sights: NativeSight[]; done: boolean; complete: boolean } {
  const watcher = native.createWatcher(operation);
  const sights = values.map((value) => watcher.see(frame(value)));
  return { sights, done: watcher.isDone(), complete: watcher.isComplete() };
}

describe('the native routes', () => {
  it('are inference, looks at the models, and management that is shut', () => {
    const table = native.routes.map(({ methods, path, kind, closed, framing }) => [methods.join(' '), path, kind, closed, framing]);
    expect(table).toEqual([
      ['POST', '/api/chat', 'inference', undefined, 'ndjson'],
      ['POST', '/api/generate', 'inference', undefined, 'ndjson'],
      ['POST', '/api/embed', 'inference', undefined, undefined],
      ['POST', '/api/embeddings', 'inference', undefined, undefined],
      ['POST', '/api/show', 'inference', undefined, undefined],
      ['GET HEAD', '/api/tags', 'relay', undefined, undefined],
      ['GET', '/api/ps', 'relay', undefined, undefined],
      ['GET HEAD', '/api/version', 'relay', undefined, undefined],
      ['POST', '/api/pull', 'inference', 'model-management', 'ndjson'],
      ['POST', '/api/push', 'inference', 'model-management', 'ndjson'],
      ['POST', '/api/create', 'inference', 'model-management', 'ndjson'],
      ['POST', '/api/copy', 'relay', 'model-management', undefined],
      ['DELETE', '/api/delete', 'relay', 'model-management', undefined],
      ['HEAD POST', '/api/blobs/:digest', 'relay', 'model-management', undefined],
    ]);
    expect(native.optionalPrefix).toBe(undefined);
  });

  it.each(['/api/me', '/api/signout', '/api/status', '/api/experimental/web_fetch', '/v1/chat/completions', '/'])(
    'are without %s',
    (path) => {
      expect(native.routes.map((route) => route.path)).not.toContain(path);
    },
  );

  it('are all shut that can change a model, until the operator opens them', () => {
    expect(native.open).toEqual([]);
    expect(ollama({ open: ['model-management'] }).native?.open).toEqual(['model-management']);
  });
});

describe('the usage of a whole native answer', () => {
  it.each([
    ['chat', { message: {}, prompt_eval_count: 3, eval_count: 4 }, { inputTokens: 3, outputTokens: 4 }],
    ['generate', { response: '', eval_count: 4 }, { inputTokens: 0, outputTokens: 4 }],
    ['generate', { response: '', prompt_eval_count: 4 }, { inputTokens: 4, outputTokens: 0 }],
    ['generate', { response: 'said', done: true, done_reason: 'stop', total_duration: 5 }, undefined],
    ['chat', { message: { content: '' }, done: true, done_reason: 'load' }, { inputTokens: 0, outputTokens: 0 }],
    ['embeddings', { embeddings: [[1], [0]], prompt_eval_count: 3 }, { inputTokens: 3, items: 2 }],
    ['embeddings', { embeddings: [] }, { items: 0 }],
    ['embeddings', { embedding: [1, 0] }, { items: 1 }],
    ['show', { license: '' }, undefined],
    ['chat', 'text', undefined],
  ])('is read from %s: %j', (operation, body, usage) => {
    expect(native.readUsage(operation, body)).toEqual(usage);
  });
});

describe('the text that a watcher has seen', () => {
  const line = (more: object): Frame => ({ kind: 'event', data: JSON.stringify({ model: 'm', ...more }) });

  it.each<[string, readonly Frame[], number]>([
    [
      'of chat is counted in bytes, line by line',
      ['Grüße', ', 世界', ' "x"\n'].map((content) => line({ message: { role: 'assistant', content }, done: false })),
      7 + 8 + 5,
    ],
    ['of generate', ['one', ' two'].map((response) => line({ response, done: false })), 7],
    [
      'holds thoughts',
      [line({ message: { content: '', thinking: 'hm' }, done: false }), line({ message: { content: '', thinking: ' so' }, done: false })],
      5,
    ],
    [
      'holds calls',
      [line({ message: { content: '', tool_calls: [{ function: { name: 'f', arguments: { a: 1 } } }] }, done: false })],
      1 + '{"a":1}'.length,
    ],
    ['is nothing where nothing was said', [line({ message: { content: '' }, done: false })], 0],
  ])('%s', (_what, frames, bytes) => {
    const watcher = native.createWatcher('chat');
    for (const one of frames) watcher.see(one);
    expect(watcher.outputBytes?.()).toBe(bytes);
  });
});

describe('the watcher of a native stream', () => {
  const said = (message: object, more: object = {}): object => ({
    model: 'm',
    message: { role: 'assistant', ...message },
    done: false,
    ...more,
  });
  const end = {
    model: 'm',
    message: { role: 'assistant', content: '' },
    done: true,
    done_reason: 'stop',
    prompt_eval_count: 3,
    eval_count: 4,
  };
  const usage = { inputTokens: 3, outputTokens: 4 };

  it('of chat commits with the first output, counts at the end, and ends there', () => {
    expect(watch('chat', said({ content: '' }), said({ content: 'a' }), said({ content: 'b' }), end)).toEqual({
      sights: [{}, { commits: true }, {}, { usage }],
      done: true,
      complete: true,
    });
  });

  it.each([
    ['chat', said({ content: '', thinking: 't' })],
    ['chat', said({ content: '', tool_calls: [{ function: { name: 'f' } }] })],
    ['generate', { response: 'a', done: false }],
    ['generate', { response: '', thinking: 't', done: false }],
    ['pull', { status: 'pulling manifest' }],
    ['pull', { status: 'pulling x', digest: 'x', total: 2, completed: 1 }],
  ])('of %s commits with %j, and has not ended', (operation, line) => {
    expect(watch(operation, line)).toEqual({ sights: [{ commits: true }], done: false, complete: false });
  });

  it('of an empty answer commits with its end', () => {
    expect(watch('generate', { response: '', done: true })).toEqual({ sights: [{ commits: true }], done: true, complete: true });
  });

  it.each(['pull', 'push', 'create'])('of %s ends with its success', (operation) => {
    expect(watch(operation, { status: 'working' }, { status: 'success' })).toEqual({
      sights: [{ commits: true }, {}],
      done: true,
      complete: true,
    });
  });

  it.each([
    [{ error: 'broken' }, 'broken'],
    [{ error: { message: 'broken' } }, 'broken'],
  ])('sees the failure %j before and after output', (body, message) => {
    const failure = { failure: { message, body } };
    expect(watch('chat', body)).toEqual({ sights: [failure], done: false, complete: false });
    expect(watch('chat', said({ content: 'a' }), body).sights).toEqual([{ commits: true }, failure]);
    expect(watch('pull', { status: 'x' }, body).sights).toEqual([{ commits: true }, failure]);
  });

  it('takes nothing that a model writes for an end, an error or usage', () => {
    const text = '"done":true,"error":"x","eval_count":1';
    const args = { done: true, error: 'x', eval_count: 1, status: 'success' };
    const call = said({ content: '', tool_calls: [{ function: { name: 'f', arguments: args } }] });
    expect(watch('chat', said({ content: 'a' }), said({ content: text }), call)).toEqual({
      sights: [{ commits: true }, {}, {}],
      done: false,
      complete: false,
    });
  });

  it('sees the end also in a line that calls a tool with what looks like no end', () => {
    const call = { ...end, message: { content: '', tool_calls: [{ function: { name: 'f', arguments: { done: false } } }] } };
    expect(watch('chat', said({ content: 'a' }), call)).toEqual({ sights: [{ commits: true }, { usage }], done: true, complete: true });
  });

  it('passes over what is no JSON', () => {
    expect(watch('chat', 'garbage', '[1]')).toEqual({ sights: [{}, {}], done: false, complete: false });
  });

  it.each([
    ['show', { license: '', model_info: {} }],
    ['embeddings', { embeddings: [[1]], prompt_eval_count: 1 }],
    ['chat', { message: { content: 'a' }, done: true }],
  ])('sees no failure in a whole answer of %s', (operation, body) => {
    expect(watch(operation, body).sights[0]?.failure).toBe(undefined);
  });
});

describe('an error of the proxy itself', () => {
  const error = new ProxyError('line\nbreak', { status: 429, code: 'rate_limited', param: 'model' });

  it('is the text that clients of Ollama read', () => {
    expect(native.errorBody(error)).toEqual({ error: 'line\nbreak' });
  });

  it('is one line inside a stream', () => {
    const text = native.errorFrame(error, 'ndjson');
    const reader = createFrameReader('ndjson', { maxFrameBytes: 1024 });
    expect(reader.push(new TextEncoder().encode(text))?.frames).toEqual([{ kind: 'event', data: '{"error":"line\\nbreak"}' }]);
    expect(new TextEncoder().encode(text)).toEqual(lines({ error: 'line\nbreak' }));
  });
});
