import { describe, expect, it } from 'vitest';

import type { JsonObject, UpstreamRequest, UpstreamRequests } from '@ai-proxy/core';
import { mistral } from '../../src/index.ts';
import type { MistralOptions } from '../../src/index.ts';
import { decodeStream, eventStream } from '../decode-stream.ts';
import { providerCall } from '../provider-call.ts';

const operation = mistral().operations.completions;
const call = (options: Parameters<typeof providerCall>[0] = {}) =>
  providerCall({ operation: 'completions', model: 'codestral-latest', ...options });

function send(input: JsonObject, options: MistralOptions = {}, one = call()): UpstreamRequest & { dropped: readonly string[] } {
  const request = mistral(options).operations.completions?.request(input, one) as UpstreamRequest;
  return { ...request, dropped: one.dropped };
}

describe('an older completion', () => {
  it('goes up as fill-in-the-middle', () => {
    expect(send({ prompt: 'a', suffix: 'b', max_tokens: 5, stop: ['x'], seed: -1 })).toEqual({
      path: '/v1/fim/completions',
      body: { model: 'codestral-latest', prompt: 'a', suffix: 'b', max_tokens: 5, stop: ['x'], random_seed: 1 },
      dropped: ['seed'],
    });
  });

  it('takes a list of one prompt', () => {
    expect(send({ prompt: ['a'] }).body).toEqual({ model: 'codestral-latest', prompt: 'a' });
  });

  it('reports what fill-in-the-middle has not', () => {
    const { body, dropped } = send({
      prompt: 'a',
      n: 2,
      best_of: 3,
      echo: true,
      logprobs: 5,
      presence_penalty: 1,
      frequency_penalty: 1,
      user: 'u',
      logit_bias: { '1': 1 },
      x: 1,
    });
    expect(body).toEqual({ model: 'codestral-latest', prompt: 'a' });
    expect(dropped).toEqual(['n', 'best_of', 'echo', 'logprobs', 'presence_penalty', 'frequency_penalty', 'user', 'logit_bias', 'x']);
  });

  it('does not report what asks for nothing', () => {
    expect(
      send({ prompt: 'a', n: 1, best_of: 1, echo: false, suffix: null, stream_options: { include_usage: true }, logit_bias: {} }).dropped,
    ).toEqual([]);
  });

  it.each([[undefined], [[]], [[1, 2]], [[[1], [2]]], [5]])('refuses the prompt %j', (prompt) => {
    expect(() => send({ prompt })).toThrow(expect.objectContaining({ status: 400, code: 'invalid_parameter' }));
  });

  it('is refused for a model that is known not to fill in', () => {
    expect(() => send({ prompt: 'a' }, {}, call({ capabilities: ['chat'] }))).toThrow(
      expect.objectContaining({
        status: 400,
        code: 'unsupported_parameter',
        param: 'model',
        message: expect.stringContaining('codestral-latest') as unknown,
      }),
    );
  });

  it('becomes a chat call for such a model where the operator allows it', () => {
    const { path, body, dropped } = send(
      { prompt: 'a', suffix: 'b', max_tokens: 5, echo: false },
      { completionsAsChat: true },
      call({ capabilities: ['chat'] }),
    );
    expect({ path, body, dropped }).toEqual({
      path: '/v1/chat/completions',
      body: { model: 'codestral-latest', messages: [{ role: 'user', content: 'a' }], max_tokens: 5 },
      dropped: ['suffix'],
    });
  });

  it('stays fill-in-the-middle for a model that can, whatever is allowed', () => {
    expect(send({ prompt: 'a' }, { completionsAsChat: true }, call({ capabilities: ['chat', 'fim'] })).path).toBe('/v1/fim/completions');
  });

  it('with several prompts is several calls and one answer', () => {
    const several = operation?.request({ prompt: ['a', 'b'], user: 'u' }, call()) as UpstreamRequests;
    expect(several.requests.map(({ body }) => body?.['prompt'])).toEqual(['a', 'b']);
    const output = (text: string): JsonObject => ({
      id: `cmpl-${text}`,
      object: 'text_completion',
      created: 1,
      model: 'm',
      choices: [{ text, index: 0, logprobs: null, finish_reason: 'stop' }],
      usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3, prompt_tokens_details: { cached_tokens: 1 } },
    });
    expect(several.combine([output('a'), output('b')])).toEqual({
      ...output('a'),
      choices: [
        { text: 'a', index: 0, logprobs: null, finish_reason: 'stop' },
        { text: 'b', index: 1, logprobs: null, finish_reason: 'stop' },
      ],
      usage: { prompt_tokens: 2, completion_tokens: 4, total_tokens: 6, prompt_tokens_details: { cached_tokens: 2 } },
    });
  });

  it('with several prompts cannot be streamed', () => {
    expect(() => operation?.request({ prompt: ['a', 'b'] }, call({ stream: true }))).toThrow(
      expect.objectContaining({ status: 400, param: 'prompt' }),
    );
  });

  it('is answered as text', () => {
    const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
    const body = {
      id: 'abc',
      created: 5,
      model: 'm',
      usage,
      choices: [{ index: 0, message: { content: 'text' }, finish_reason: 'length' }],
    };
    expect(operation?.response(body, call())).toEqual({
      id: 'cmpl-abc',
      object: 'text_completion',
      created: 5,
      model: 'm',
      choices: [{ text: 'text', index: 0, logprobs: null, finish_reason: 'length' }],
      usage,
    });
  });

  it('is streamed as text: no role, the finish last, then the usage', () => {
    const decoder = operation?.stream?.createDecoder(call({ stream: true }));
    if (decoder === undefined) throw new Error('the provider cannot stream completions');
    const event = (delta: object, finish: string | null = null, rest: object = {}): object => ({
      id: 'abc',
      created: 5,
      model: 'm',
      choices: [{ index: 0, delta, finish_reason: finish }],
      ...rest,
    });
    const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
    const { chunks, complete } = decodeStream(decoder, [
      eventStream(event({ role: 'assistant', content: '' }), event({ content: 'a' }), event({ content: 'b' }, 'stop', { usage }), '[DONE]'),
    ]);
    const chunk = (choices: JsonObject[]): JsonObject => ({ id: 'cmpl-abc', object: 'text_completion', created: 5, model: 'm', choices });
    expect(complete).toBe(true);
    expect(chunks).toEqual([
      chunk([{ text: 'a', index: 0, logprobs: null, finish_reason: null }]),
      chunk([{ text: 'b', index: 0, logprobs: null, finish_reason: null }]),
      chunk([{ text: '', index: 0, logprobs: null, finish_reason: 'stop' }]),
      { ...chunk([]), usage },
    ]);
  });
});

describe('fill-in-the-middle', () => {
  const fim = mistral().operations.fim;

  it('goes up closed', () => {
    const one = providerCall({ operation: 'fim', stream: true });
    const request = fim?.request(
      { prompt: 'a', suffix: 'b', min_tokens: 1, temperature: 2, top_p: 0, metadata: {}, prompt_cache_key: 'k', messages: [], tools: [1] },
      one,
    );
    expect(request).toEqual({
      path: '/v1/fim/completions',
      body: {
        model: 'mistral-small-latest',
        prompt: 'a',
        stream: true,
        suffix: 'b',
        min_tokens: 1,
        temperature: 1.5,
        metadata: {},
        prompt_cache_key: 'k',
      },
    });
    expect(one.dropped).toEqual(['temperature', 'top_p', 'messages', 'tools']);
  });

  it('is answered as chat', () => {
    const body = { id: 'abc', created: 5, model: 'm', choices: [{ index: 0, message: { content: 'text' }, finish_reason: 'stop' }] };
    expect(fim?.response(body, providerCall({ operation: 'fim' }))).toMatchObject({
      object: 'chat.completion',
      choices: [{ message: { role: 'assistant', content: 'text' } }],
    });
  });

  it('needs a prompt', () => {
    expect(() => fim?.request({ suffix: 'b' }, providerCall({ operation: 'fim' }))).toThrow(
      expect.objectContaining({ status: 400, param: 'prompt' }),
    );
  });
});
