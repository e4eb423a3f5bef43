import { describe, expect, it } from 'vitest';

import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { providerCall } from '../../provider-call.ts';
import { hello, sendChat } from '../chat-body.ts';

const base = { model: 'mistral-small-latest', messages: hello };

const tool = { type: 'function', function: { name: 'f', parameters: { type: 'object' } } };

type Row = readonly [title: string, input: JsonObject, sent: JsonObject, dropped?: readonly string[]];

const unsupported: readonly (readonly [field: string, value: JsonValue])[] = [
  ['safety_identifier', 's'],
  ['user', 'u'],
  ['store', true],
  ['logprobs', true],
  ['top_logprobs', 3],
  ['logit_bias', { '5': 1 }],
  ['modalities', ['text', 'audio']],
  ['audio', { voice: 'x' }],
  ['verbosity', 'low'],
  ['web_search_options', {}],
  ['prompt_cache_retention', '24h'],
  ['prompt_cache_options', {}],
  ['moderation', {}],
  ['something_new', 1],
];

const rows: readonly Row[] = [
  ['the model of the plan, not the alias', { model: 'alias' }, {}],
  ['an ordinary temperature', { temperature: 0.7 }, { temperature: 0.7 }],
  ['a temperature above the maximum as the maximum', { temperature: 1.8 }, { temperature: 1.5 }, ['temperature']],
  ['top_p', { top_p: 0.5 }, { top_p: 0.5 }],
  ['no top_p of 0', { top_p: 0 }, {}, ['top_p']],
  ['max_tokens', { max_tokens: 7 }, { max_tokens: 7 }],
  ['max_completion_tokens under the older name', { max_completion_tokens: 9 }, { max_tokens: 9 }],
  ['max_completion_tokens before max_tokens', { max_tokens: 7, max_completion_tokens: 9 }, { max_tokens: 9 }, ['max_tokens']],
  ['max_completion_tokens in either order', { max_completion_tokens: 9, max_tokens: 7 }, { max_tokens: 9 }, ['max_tokens']],
  ['both names of one number without a report', { max_tokens: 9, max_completion_tokens: 9 }, { max_tokens: 9 }],
  ['one stop', { stop: 'x' }, { stop: 'x' }],
  ['several stops', { stop: ['x', 'y'] }, { stop: ['x', 'y'] }],
  ['no empty list of stops', { stop: [] }, {}],
  ['seed as random_seed', { seed: 5 }, { random_seed: 5 }],
  ['a negative seed without its sign', { seed: -5 }, { random_seed: 5 }, ['seed']],
  ['random_seed before seed', { seed: 5, random_seed: 6 }, { random_seed: 6 }, ['seed']],
  ['metadata', { metadata: { any: 'thing' } }, { metadata: { any: 'thing' } }],
  ['n', { n: 2 }, { n: 2 }],
  ['penalties', { presence_penalty: 1, frequency_penalty: -1 }, { presence_penalty: 1, frequency_penalty: -1 }],
  ['parallel_tool_calls', { parallel_tool_calls: false }, { parallel_tool_calls: false }],
  ['prompt_cache_key', { prompt_cache_key: 'k' }, { prompt_cache_key: 'k' }],
  ['service_tier auto', { service_tier: 'auto' }, { service_tier: 'auto' }],
  ['service_tier standard_only', { service_tier: 'standard_only' }, { service_tier: 'standard_only' }],
  ['no other service_tier', { service_tier: 'flex' }, {}, ['service_tier']],
  ['safe_prompt', { safe_prompt: true }, { safe_prompt: true }],
  ['prompt_mode', { prompt_mode: 'reasoning' }, { prompt_mode: 'reasoning' }],
  ['document limits', { document_image_limit: 3, document_page_limit: 4 }, { document_image_limit: 3, document_page_limit: 4 }],
  [
    'guardrails, closed at every level',
    { guardrails: [{ block_on_error: true, moderation_llm_v1: { action: 'block', junk: 1 }, more: 1 }] },
    { guardrails: [{ block_on_error: true, moderation_llm_v1: { action: 'block' } }] },
    ['guardrails[0].moderation_llm_v1.junk', 'guardrails[0].more'],
  ],
  ['a prediction', { prediction: { type: 'content', content: 'abc' } }, { prediction: { type: 'content', content: 'abc' } }],
  [
    'a prediction in parts as one string',
    {
      prediction: {
        type: 'content',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
    },
    { prediction: { type: 'content', content: 'ab' } },
  ],
  ['response_format text', { response_format: { type: 'text' } }, { response_format: { type: 'text' } }],
  ['response_format json_object', { response_format: { type: 'json_object' } }, { response_format: { type: 'json_object' } }],
  [
    'a schema without nulls and without unknown keys',
    {
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'n', schema: { type: 'object' }, description: null, strict: true, junk: 1 },
      },
    },
    { response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' }, strict: true } } },
    ['response_format.json_schema.junk'],
  ],
  ['reasoning_effort none', { reasoning_effort: 'none' }, { reasoning_effort: 'none' }],
  ['think as the effort that it is', { think: true }, { reasoning_effort: 'high' }],
  ['no thinking as no effort', { think: false }, { reasoning_effort: 'none' }],
  ['think beside an effort as nothing more', { think: true, reasoning_effort: 'none' }, { reasoning_effort: 'none' }],
  ['reasoning_effort minimal as none', { reasoning_effort: 'minimal' }, { reasoning_effort: 'none' }],
  ...['low', 'medium', 'high', 'xhigh', 'max'].map(
    (effort) => [`reasoning_effort ${effort} as high`, { reasoning_effort: effort }, { reasoning_effort: 'high' }] as const,
  ),
  ['stream_options never', { stream_options: { include_usage: true } }, {}],
  ['no harmless store, logprobs, modalities and logit_bias', { store: false, logprobs: false, modalities: ['text'], logit_bias: {} }, {}],
  ...unsupported.map(([field, value]): Row => [`no ${field}`, { [field]: value }, {}, [field]]),
  [
    'no nulls, and no report of them',
    { temperature: null, parallel_tool_calls: null, tools: null, tool_choice: null, response_format: null, unknown: null, stop: null },
    {},
  ],
  ['no empty list of tools, with its choice', { tools: [], tool_choice: 'auto' }, {}],
  ['no choice without tools', { tool_choice: 'required' }, {}, ['tool_choice']],
  ['tools and their choice', { tools: [tool], tool_choice: 'auto' }, { tools: [tool], tool_choice: 'auto' }],
];

describe('a chat request', () => {
  it.each(rows.map(([title, given, expected, dropped = []]) => [title, given, expected, dropped] as const))(
    'sends %s',
    (_title, input, sent, dropped) => {
      const result = sendChat(input);
      expect(result.body).toEqual({ ...base, ...sent });
      expect(result.dropped).toEqual(dropped);
    },
  );

  it('asks for a stream in the body', () => {
    expect(sendChat({ stream: true }, {}, providerCall({ stream: true })).body).toEqual({ ...base, stream: true });
  });

  it('leaves the effort out where the model is known not to reason', () => {
    const result = sendChat({ reasoning_effort: 'high' }, {}, providerCall({ capabilities: ['chat'] }));
    expect(result).toEqual({ body: base, dropped: ['reasoning_effort'] });
  });

  it('sends the effort where the model is known to reason', () => {
    const result = sendChat({ reasoning_effort: 'low' }, {}, providerCall({ capabilities: ['chat', 'reasoning'] }));
    expect(result).toEqual({ body: { ...base, reasoning_effort: 'high' }, dropped: [] });
  });

  it.each([
    ['temperature', { temperature: 'hot' }],
    ['max_tokens', { max_tokens: '5' }],
    ['stop', { stop: [1] }],
    ['metadata', { metadata: 'x' }],
    ['parallel_tool_calls', { parallel_tool_calls: 'yes' }],
    ['messages', { messages: 'Hello' }],
    ['response_format.type', { response_format: { type: 'grammar' } }],
    ['response_format.json_schema.schema', { response_format: { type: 'json_schema', json_schema: { name: 'n' } } }],
    ['tools', { tools: {} }],
  ] as const)('refuses what no provider could read and names %s', (param, input) => {
    expect(() => sendChat(input as unknown as JsonObject)).toThrow(
      expect.objectContaining({ status: 400, code: 'invalid_parameter', param }),
    );
  });
});
