import type { JsonObject } from '@ai-proxy/core';
import { describe, expect, it } from 'vitest';
import { thrownBy } from '../face-call.ts';
import { decode, model } from './decoded.ts';

const prompt = 'Once';

describe('generate', () => {
  it.each<[string, JsonObject, string, JsonObject]>([
    ['a prompt', {}, 'chat', { messages: [{ role: 'user', content: prompt }] }],
    [
      'a system prompt and an image',
      { system: 'Be brief', images: ['iVBORw0KGgo='] },
      'chat',
      {
        messages: [
          { role: 'system', content: 'Be brief' },
          {
            role: 'user',
            content: [
              { type: 'text', text: prompt },
              { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
            ],
          },
        ],
      },
    ],
    [
      'what only Ollama could honour',
      { template: '{{ .Prompt }}', context: [1, 2] },
      'chat',
      { template: '{{ .Prompt }}', context: [1, 2], messages: [{ role: 'user', content: prompt }] },
    ],
    [
      'probabilities',
      { logprobs: true, top_logprobs: 2 },
      'chat',
      { logprobs: true, top_logprobs: 2, messages: [{ role: 'user', content: prompt }] },
    ],
    ['a suffix', { suffix: 'end', options: { num_predict: 9 } }, 'fim', { prompt, suffix: 'end', max_tokens: 9 }],
    ['a suffix and probabilities', { suffix: 'end', logprobs: true }, 'fim', { prompt, suffix: 'end', logprobs: true }],
    ['a suffix and a system prompt', { suffix: 'end', system: 's' }, 'fim', { prompt, suffix: 'end', system: 's' }],
    ['raw', { raw: true }, 'completions', { prompt, raw: true }],
    ['raw and probabilities', { raw: true, logprobs: true, top_logprobs: 2 }, 'completions', { prompt, raw: true, logprobs: 2 }],
    ['raw and a suffix', { raw: true, suffix: 'end', template: '', context: [] }, 'completions', { prompt, raw: true, suffix: 'end' }],
    [
      'a format',
      { format: 'json', raw: false },
      'chat',
      { response_format: { type: 'json_object' }, messages: [{ role: 'user', content: prompt }] },
    ],
  ])('with %s asks for what it means', (_, fields, operation, input) => {
    expect(decode('generate', { model, prompt, ...fields })).toEqual({
      operation,
      model,
      stream: true,
      input: { model, stream: true, ...input },
    });
  });

  it('is no stream where that is said', () => {
    expect(decode('generate', { model, prompt, stream: false })).toMatchObject({ stream: false, input: { stream: false } });
  });

  it.each<[JsonObject, string]>([
    [{ model, prompt: 3 }, 'json: cannot unmarshal number into Go struct field GenerateRequest.prompt of type string'],
    [{ prompt }, 'model is required'],
    [{ model, prompt, raw: true, system: 'x' }, 'raw mode does not support template, system, or context'],
    [{ model, prompt, raw: true, template: 'x' }, 'raw mode does not support template, system, or context'],
    [{ model, prompt, raw: true, context: [1] }, 'raw mode does not support template, system, or context'],
    [{ model, prompt, images: [1] }, 'json: cannot unmarshal number into Go struct field GenerateRequest.images of type string'],
    [{ model, prompt, suffix: 'x', images: ['AAAA'] }, 'images have no place in a raw prompt or beside a suffix: use /api/chat'],
    [{ model, prompt, options: { top_k: 'x' } }, 'option "top_k" must be of type integer'],
  ])('refuses %j', (body, message) => {
    expect(thrownBy(() => decode('generate', body))).toMatchObject({ status: 400, message });
  });
});
