import { describe, expect, it } from 'vitest';

import { ProxyError } from '@ai-proxy/core';
import type { Frame, JsonObject, NativeSight, Usage } from '@ai-proxy/core';
import { mistral } from '../../src/index.ts';

const native = mistral().native;
if (native === undefined) throw new Error('Mistral has a native surface');
const frame = (data: unknown, event?: string): Frame => ({
  kind: 'event',
  ...(event === undefined ? {} : { event }),
  data: typeof data === 'string' ? data : JSON.stringify(data),
});
const watch = (operation: string, ...frames: Frame[]): { sights: NativeSight[]; complete: boolean } => {
  const watcher = native.createWatcher(operation);
  return { sights: frames.map((one) => watcher.see(one)), complete: watcher.isDone() };
};
const chunk = (delta: object, finish: string | null = null, rest: object = {}): Frame =>
  frame({ id: 'x', choices: [{ index: 0, delta, finish_reason: finish }], ...rest });

describe('the routes of the native API', () => {
  const routeOf = (method: string, path: string) => native.routes.find((route) => route.path === path && route.methods.includes(method));

  it.each([
    ['/v1/chat/completions', 'chat', 'sse'],
    ['/v1/fim/completions', 'fim', 'sse'],
    ['/v1/agents/completions', 'agents', 'sse'],
    ['/v1/embeddings', 'embeddings', undefined],
    ['/v1/moderations', 'moderations', undefined],
    ['/v1/chat/moderations', 'moderations', undefined],
    ['/v1/classifications', 'classifications', undefined],
    ['/v1/chat/classifications', 'classifications', undefined],
    ['/v1/ocr', 'ocr', undefined],
    ['/v1/audio/speech', 'speech', 'sse'],
    ['/v1/conversations', 'conversations', 'sse'],
    ['/v1/conversations/:id', 'conversations', 'sse'],
    ['/v1/conversations/:id/restart', 'conversations', 'sse'],
  ])('pass %s through every stage', (path, operation, framing) => {
    const route = routeOf('POST', path);
    expect([route?.kind, route?.operation, route?.framing, route?.closed]).toEqual(['inference', operation, framing, undefined]);
  });

  it.each([
    ['POST', '/v1/audio/transcriptions'],
    ['POST', '/v1/files'],
    ['GET', '/v1/files/:id/content'],
    ['DELETE', '/v1/files/:id'],
    ['POST', '/v1/batch/jobs'],
    ['POST', '/v1/batch/jobs/:id/cancel'],
    ['POST', '/v1/fine_tuning/jobs'],
    ['GET', '/v1/agents/:id'],
    ['GET', '/v1/conversations/:id/history'],
    ['POST', '/v1/libraries/:id/documents'],
    ['GET', '/v1/models'],
  ])('relay %s %s', (method, path) => {
    const route = routeOf(method, path);
    expect([route?.kind, route?.closed]).toEqual(['relay', undefined]);
  });

  it.each([
    ['GET', '/v1/admin/*', 'admin'],
    ['GET', '/v1/users/*', 'users'],
    ['POST', '/v1/service-accounts', 'service-accounts'],
    ['PUT', '/v1/service-accounts/*', 'service-accounts'],
    ['POST', '/v1/connectors/:id/:scope/credentials', 'connector-credentials'],
    ['DELETE', '/v1/connectors/:id/:scope/credentials/:name', 'connector-credentials'],
    ['POST', '/v1/connectors', 'connectors'],
    ['POST', '/v1/client/sessions', 'client-sessions'],
    ['DELETE', '/v1/models/:id', 'model-deletion'],
    ['POST', '/v1/observability/*', 'observability'],
    ['POST', '/v1/workflows/*', 'workflows'],
    ['PUT', '/v1/rag/*', 'rag'],
    ['POST', '/v2/prompts', 'prompts'],
    ['PATCH', '/v2/skills/*', 'skills'],
  ])('keep %s %s shut', (method, path, group) => {
    expect(routeOf(method, path)?.closed).toBe(group);
  });

  it('name no path twice with one method', () => {
    const all = native.routes.flatMap(({ methods, path }) => methods.map((method) => `${method} ${path}`));
    expect(new Set(all).size).toBe(all.length);
  });

  it('may be called without v1, and know what the operator has opened', () => {
    expect(native.optionalPrefix).toBe('v1');
    expect(mistral({ open: ['connectors'] }).native?.open).toEqual(['connectors']);
  });
});

describe('what a native answer consumed', () => {
  const tokens = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 };
  const read = { usage_info: { pages_processed: 12 } };
  const rows: readonly (readonly [string, unknown, Usage | undefined, JsonObject?])[] = [
    ['chat', { usage: tokens }, { inputTokens: 3, outputTokens: 4 }],
    ['fim', { usage: { ...tokens, num_cached_tokens: 2 } }, { inputTokens: 3, outputTokens: 4, cachedTokens: 2 }],
    ['agents', { usage: { ...tokens, prompt_tokens_details: { cached_tokens: 1 } } }, { inputTokens: 3, outputTokens: 4, cachedTokens: 1 }],
    ['embeddings', { usage: { prompt_tokens: 3, total_tokens: 3, completion_tokens: 0 } }, { inputTokens: 3, outputTokens: 0 }],
    ['embeddings', { data: [{}, {}], usage: { prompt_tokens: 3 } }, { inputTokens: 3, items: 2 }],
    ['moderations', { id: 'x', results: [{}, {}, {}] }, { items: 3 }],
    ['classifications', { results: [{}], usage: { prompt_tokens: 5 } }, { inputTokens: 5, items: 1 }],
    ['ocr', { pages: [], usage_info: { pages_processed: 12, doc_size_bytes: 5 } }, { pages: 12 }],
    ['ocr', read, { pages: 12 }, { bbox_annotation_format: null, document_annotation_format: { type: 'text' } }],
    ['ocr', read, { pages: 12, annotatedPages: 12 }, { bbox_annotation_format: { type: 'json_schema' } }],
    ['ocr', read, { pages: 12, annotatedPages: 12 }, { document_annotation_format: { type: 'json_object' } }],
    ['speech', { audio_data: 'AA' }, { characters: 7 }, { input: 'Grüße 🌍' }],
    ['speech', { audio_data: 'AA', usage: tokens }, { inputTokens: 3, outputTokens: 4, characters: 2 }, { input: 'Hi' }],
    ['speech', { audio_data: 'AA' }, undefined],
    ['conversations', { conversation_id: 'c', usage: { ...tokens, connector_tokens: 9 } }, { inputTokens: 3, outputTokens: 4 }],
    ['transcriptions', { usage: { ...tokens, prompt_audio_seconds: 30 } }, { inputTokens: 3, outputTokens: 4, seconds: 30 }],
    ['transcriptions', { usage: { type: 'duration', seconds: 9 } }, { seconds: 9 }],
    ['chat', 'no object', undefined],
  ];
  it.each(rows.map(([operation, body, usage, request = {}]) => ({ operation, body, usage, request })))(
    'is read from $operation: $body is $usage',
    ({ operation, body, usage, request }) => {
      expect(native.readUsage(operation, body, request)).toEqual(usage);
    },
  );

  const document = { type: 'document_url', document_url: 'https://example.com/a.pdf' };
  it.each<[string, JsonObject, Usage | undefined]>([
    ['speech', { input: 'four' }, { characters: 4 }],
    ['ocr', { document, pages: [0, 2, 2] }, { pages: 2 }],
    ['ocr', { document, pages: '0-5, 7' }, { pages: 7 }],
    ['ocr', { document, pages: '3', document_annotation_format: { type: 'json_schema' } }, { pages: 1, annotatedPages: 1 }],
    ['ocr', { document: { type: 'image_url', image_url: 'https://example.com/a.png' } }, { pages: 1 }],
    ['ocr', { document }, undefined],
    ['ocr', { document, pages: '5-1' }, undefined],
    ['ocr', { document, pages: 'all' }, undefined],
    ['chat', { messages: [] }, undefined],
  ])('is told by a request of %s: %j', (operation, request, usage) => {
    expect(native.estimateUsage?.(operation, request)).toEqual(usage);
  });
});

describe('the text that a watcher has seen', () => {
  it.each<[string, string, readonly Frame[], number]>([
    ['of chat is counted in bytes', 'chat', [chunk({ content: 'Grüße' }), chunk({ content: ', 世界' }), chunk({ content: ' "x"\n' })], 20],
    [
      'holds thoughts',
      'chat',
      ['a', 'bc'].map((text) => chunk({ content: [{ type: 'thinking', thinking: [{ type: 'text', text }] }] })),
      3,
    ],
    [
      'holds calls',
      'chat',
      [chunk({ content: 'x' }), chunk({ tool_calls: [{ index: 0, function: { name: '', arguments: '{"a":1}' } }] })],
      1 + '{"a":1}'.length,
    ],
    [
      'of conversations',
      'conversations',
      [frame({ type: 'message.output.delta', content: 'Hello' }), frame({ type: 'conversation.response.done', usage: {} })],
      5,
    ],
    ['of transcriptions', 'transcriptions', [frame({ type: 'transcription.text.delta', text: 'one ' })], 4],
    ['is nothing where nothing was said', 'chat', [chunk({ role: 'assistant', content: '' })], 0],
  ])('%s', (_what, operation, frames, bytes) => {
    const watcher = native.createWatcher(operation);
    for (const one of frames) watcher.see(one);
    expect(watcher.outputBytes?.()).toBe(bytes);
  });

  it('of speech is none, and its end tells the characters that were spoken', () => {
    const watcher = native.createWatcher('speech', { input: 'Hello' });
    watcher.see(frame({ type: 'speech.audio.delta', audio_data: 'AAAA' }));
    expect(watcher.see(frame({ type: 'speech.audio.done' })).usage).toEqual({ characters: 5 });
    expect(watcher.outputBytes?.()).toBe(0);
  });
});

describe('the watcher of a native stream', () => {
  const usage = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 };

  it.each(['chat', 'fim', 'agents'])('of %s commits with the first output and ends with the mark', (operation) => {
    const { sights, complete } = watch(
      operation,
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: 'a' }),
      chunk({ content: 'b' }),
      chunk({ content: '' }, 'stop', { usage }),
      frame('[DONE]'),
    );
    expect(sights).toEqual([{}, { commits: true }, {}, { usage: { inputTokens: 3, outputTokens: 4 } }, {}]);
    expect(complete).toBe(true);
  });

  it('of chat has not ended before the mark, but is whole if its body ends once every choice has finished', () => {
    const watcher = native.createWatcher('chat');
    watcher.see(
      frame({
        id: 'x',
        choices: [
          { index: 0, delta: { content: 'a' } },
          { index: 1, delta: { content: 'b' } },
        ],
      }),
    );
    watcher.see(frame({ id: 'x', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }));
    expect([watcher.isDone(), watcher.isComplete()]).toEqual([false, false]);
    watcher.see(frame({ id: 'x', choices: [{ index: 1, delta: {}, finish_reason: 'length' }], usage }));
    expect([watcher.isDone(), watcher.isComplete()]).toEqual([false, true]);
  });

  it.each([
    [{ content: [{ type: 'thinking', thinking: [] }] }],
    [{ content: null, tool_calls: [{ id: 'a' }] }],
    [{ reasoning_content: 'r' }],
  ])('of chat commits with %j', (delta) => {
    expect(watch('chat', chunk(delta)).sights).toEqual([{ commits: true }]);
  });

  it.each([
    [{ object: 'error', message: 'm', type: 't', param: null, code: '1' }, 'm'],
    [{ object: 'error', message: { detail: [{ loc: ['body'], msg: 'm' }] } }, 'body: m'],
    [{ detail: [{ loc: ['body', 'x'], msg: 'm' }] }, 'body.x: m'],
    [{ detail: 'Unauthorized' }, 'Unauthorized'],
    [{ message: 'm', request_id: 'r' }, 'm'],
    [{ message: 'm', type: 'rate_limited', code: '1300' }, 'm'],
    [{ error: { message: 'm', status: 403 }, guardrails: [] }, 'm'],
  ])('sees the failure %j before and after output, in chat and in conversations', (body, message) => {
    const failure = { failure: { message, body } };
    expect(watch('chat', frame(body)).sights).toEqual([failure]);
    expect(watch('chat', chunk({ content: 'a' }), frame(body)).sights[1]).toEqual(failure);
    expect(watch('conversations', frame(body)).sights).toEqual([failure]);
  });

  it('takes nothing that a model writes for an error or for usage', () => {
    const text = '"error":{"message":"m"},"usage":{"prompt_tokens":1}';
    expect(watch('chat', chunk({ content: 'a' }), chunk({ content: text })).sights).toEqual([{ commits: true }, {}]);
  });

  it('of a conversation commits with output, counts, and ends with its own event', () => {
    const { sights, complete } = watch(
      'conversations',
      frame({ type: 'conversation.response.started', conversation_id: 'c' }, 'conversation.response.started'),
      frame({ type: 'message.output.delta', content: '' }, 'message.output.delta'),
      frame({ type: 'message.output.delta', content: 'a' }, 'message.output.delta'),
      frame({ type: 'message.output.delta', content: 'b' }, 'message.output.delta'),
      frame({ type: 'conversation.response.done', usage }, 'conversation.response.done'),
    );
    expect(sights).toEqual([{}, {}, { commits: true }, {}, { usage: { inputTokens: 3, outputTokens: 4 } }]);
    expect(complete).toBe(true);
  });

  it.each([
    'function.call.delta',
    'tool.execution.started',
    'tool.execution.delta',
    'tool.execution.done',
    'agent.handoff.started',
    'agent.handoff.done',
  ])('of a conversation commits with %s', (type) => {
    const { sights, complete } = watch('conversations', frame({ type }, type));
    expect(sights).toEqual([{ commits: true }]);
    expect(complete).toBe(false);
  });

  it('of a conversation sees its own event of a failure', () => {
    const body = { type: 'conversation.response.error', message: 'm', code: 500 };
    expect(watch('conversations', frame(body, body.type)).sights).toEqual([{ failure: { message: 'm', body } }]);
  });

  it('of speech commits with audio and ends with its own event', () => {
    const { sights, complete } = watch(
      'speech',
      frame({ type: 'speech.audio.delta', audio_data: 'AA' }),
      frame({ type: 'speech.audio.done', usage }),
    );
    expect(sights).toEqual([{ commits: true }, { usage: { inputTokens: 3, outputTokens: 4 } }]);
    expect(complete).toBe(true);
  });

  it.each([
    ['ocr', { pages: [], model: 'm', usage_info: { pages_processed: 1 } }],
    ['moderations', { id: 'x', model: 'm', results: [] }],
    ['embeddings', { object: 'list', data: [], usage }],
    ['conversations', { object: 'conversation.response', conversation_id: 'c', outputs: [], usage }],
    ['speech', { audio_data: 'AA' }],
    ['chat', { id: 'x', object: 'chat.completion', choices: [{ index: 0, message: { content: 'a' } }] }],
  ])('sees no failure in a whole answer of %s', (operation, body) => {
    expect(watch(operation, frame(body)).sights[0]?.failure).toBe(undefined);
  });
});

describe('an error of the proxy itself', () => {
  const error = new ProxyError('line\nbreak', { status: 429, code: 'rate_limited', param: 'model' });
  const body = { object: 'error', message: 'line\nbreak', type: 'rate_limit_error', param: 'model', code: 'rate_limited' };

  it('is flat, without a detail', () => {
    expect(native.errorBody(error)).toEqual(body);
  });

  it('is one event inside a stream', () => {
    const text = native.errorFrame(error, 'sse');
    expect(text).toMatch(/^data: [^\n]+\n\n$/);
    expect(JSON.parse(text.slice('data: '.length))).toEqual(body);
  });
});
