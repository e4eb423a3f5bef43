import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { describe, expect, it } from 'vitest';
import { thrownBy } from '../face-call.ts';
import { decode, decodeChatFields, hello, model } from './decoded.ts';

describe('a chat', () => {
  it('is a stream where nothing is said', () => {
    expect(decode('chat', { model, messages: hello })).toEqual({
      operation: 'chat',
      model,
      stream: true,
      input: { model, messages: hello, stream: true },
    });
    expect(decode('chat', { model, messages: hello, stream: null }).stream).toBe(true);
    expect(decode('chat', { model, messages: hello, stream: false })).toMatchObject({ stream: false, input: { stream: false } });
  });

  it.each([
    ['llama3.2', 'llama3.2'],
    ['llama3.2:latest', 'llama3.2'],
    ['mistral/mistral-small-latest', 'mistral/mistral-small-latest'],
    ['mistral/mistral-small-latest:latest', 'mistral/mistral-small-latest'],
    ['qwen3:8b', 'qwen3:8b'],
    [':latest', ':latest'],
  ])('for %s asks for %s', (asked, named) => {
    expect(decode('chat', { model: asked, messages: hello })).toMatchObject({ model: named, input: { model: named } });
  });

  const schema = { type: 'object', properties: { age: { type: 'integer' } } };
  const tool = { type: 'function', function: { name: 'f', description: 'd', parameters: { type: 'object', properties: {} } } };

  it.each<[JsonObject, JsonObject]>([
    [{ format: 'json' }, { response_format: { type: 'json_object' } }],
    [{ format: schema }, { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } } }],
    [{ format: '' }, {}],
    [{ format: null }, {}],
    [{ think: true }, { think: true, reasoning_effort: 'medium' }],
    [{ think: false }, { reasoning_effort: 'none' }],
    [{ think: 'low' }, { reasoning_effort: 'low' }],
    [{ think: 'medium' }, { reasoning_effort: 'medium' }],
    [{ think: 'high' }, { reasoning_effort: 'high' }],
    [{ think: 'max' }, { reasoning_effort: 'max' }],
    [{ think: null }, {}],
    [{ keep_alive: '10m' }, { keep_alive: '10m' }],
    [{ keep_alive: -1 }, { keep_alive: -1 }],
    [{ keep_alive: 0 }, { keep_alive: 0 }],
    [
      { truncate: false, shift: true },
      { truncate: false, shift: true },
    ],
    [{ tools: [tool] }, { tools: [tool] }],
    [{ tools: [{ function: tool.function }] }, { tools: [tool] }],
    [{ tools: [] }, {}],
    [{ tools: null }, {}],
    [{ logprobs: true }, { logprobs: true, top_logprobs: 0 }],
    [
      { logprobs: true, top_logprobs: 3 },
      { logprobs: true, top_logprobs: 3 },
    ],
    [{ logprobs: false, top_logprobs: 3 }, {}],
    // What Ollama itself passes over means nothing here either.
    [{ max_tokens: 5, n: 3, tool_choice: 'none', user: 'me', _debug_render_only: true }, {}],
  ])('with %j is %j', (fields, canonical) => {
    expect(decodeChatFields(fields)).toEqual(canonical);
  });

  it.each<[JsonObject, JsonObject]>([
    [{ num_predict: 7 }, { max_tokens: 7 }],
    [{ num_predict: 7.9 }, { max_tokens: 7 }],
    [{ num_predict: 0 }, {}],
    [{ num_predict: -1 }, {}],
    [{ num_predict: -2 }, {}],
    [
      { temperature: 0, top_p: 0.5, seed: 3, stop: ['x'] },
      { temperature: 0, top_p: 0.5, seed: 3, stop: ['x'] },
    ],
    [
      { presence_penalty: 1, frequency_penalty: -1 },
      { presence_penalty: 1, frequency_penalty: -1 },
    ],
    [{ seed: -1 }, {}],
    [{ stop: [] }, {}],
    [
      { top_k: 4, min_p: 0.1, repeat_penalty: 1.2, num_ctx: 8192 },
      { top_k: 4, min_p: 0.1, repeat_penalty: 1.2, num_ctx: 8192 },
    ],
    [
      { num_keep: 1, typical_p: 0.3, use_mmap: true, num_gpu: -1 },
      { options: { num_keep: 1, typical_p: 0.3, use_mmap: true, num_gpu: -1 } },
    ],
    [{ mirostat: 2, tfs_z: null }, { options: { mirostat: 2 } }],
    [{}, {}],
  ])('with the options %j is %j', (options, canonical) => {
    expect(decodeChatFields({ options })).toEqual(canonical);
  });
});

describe('a chat that Ollama would refuse', () => {
  const messages = hello;
  it.each<[JsonValue, string, string | null]>([
    [[], 'json: cannot unmarshal array into Go value of type api.ChatRequest', null],
    ['x', 'json: cannot unmarshal string into Go value of type api.ChatRequest', null],
    [null, 'model is required', 'model'],
    [{}, 'model is required', 'model'],
    [{ model: '' }, 'model is required', 'model'],
    [{ model: 3 }, 'json: cannot unmarshal number into Go struct field ChatRequest.model of type string', 'model'],
    [{ model: 'x'.repeat(257) }, 'invalid model name', 'model'],
    [{ model, messages: {} }, 'json: cannot unmarshal object into Go struct field ChatRequest.messages of type []api.Message', 'messages'],
    [{ model, messages: ['x'] }, 'json: cannot unmarshal string into Go struct field ChatRequest.messages of type api.Message', 'messages'],
    [
      { model, messages: [{ role: 'user', content: [] }] },
      'json: cannot unmarshal array into Go struct field ChatRequest.messages.content of type string',
      'messages.content',
    ],
    [
      { model, messages: [{ role: 'robot', content: '' }] },
      'invalid message role "robot": it must be system, user, assistant or tool',
      'messages[0].role',
    ],
    [{ model, messages: [{ content: 'x' }] }, 'invalid message role "": it must be system, user, assistant or tool', 'messages[0].role'],
    [
      { model, messages: [{ role: 'assistant', tool_calls: [{ function: { name: 'f', arguments: '{}' } }] }] },
      'json: cannot unmarshal string into Go struct field ChatRequest.messages.tool_calls.function.arguments of type map[string]interface {}',
      'messages.tool_calls.function.arguments',
    ],
    [
      { model, messages: [{ role: 'user', content: '', images: ['data:image/png;base64,AAAA'] }] },
      'illegal base64 data at input byte 4',
      'messages[0].images[0]',
    ],
    [{ model, messages: [{ role: 'user', content: '', images: [''] }] }, 'invalid image input', 'messages[0].images[0]'],
    [{ model, messages, stream: 'yes' }, 'json: cannot unmarshal string into Go struct field ChatRequest.stream of type bool', 'stream'],
    [
      { model, messages, options: [] },
      'json: cannot unmarshal array into Go struct field ChatRequest.options of type map[string]interface {}',
      'options',
    ],
    [{ model, messages, options: { stop: 'x' } }, 'option "stop" must be of type array', 'options.stop'],
    [{ model, messages, options: { stop: [1] } }, 'option "stop" must be of an array of strings', 'options.stop'],
    [{ model, messages, options: { seed: '1' } }, 'option "seed" must be of type integer', 'options.seed'],
    [{ model, messages, options: { top_p: '1' } }, 'option "top_p" must be of type float32', 'options.top_p'],
    [{ model, messages, options: { use_mmap: 1 } }, 'option "use_mmap" must be of type boolean', 'options.use_mmap'],
    [{ model, messages, format: 'xml' }, 'invalid format: "\\"xml\\""; expected "json" or a valid JSON Schema object', 'format'],
    [{ model, messages, think: 'a lot' }, 'invalid think value: "a lot" (must be "high", "medium", "low", "max", true, or false)', 'think'],
    [{ model, messages, think: 1 }, 'think must be a boolean or string ("high", "medium", "low", "max", true, or false)', 'think'],
    [{ model, messages, keep_alive: true }, "Unsupported type: 'bool'", 'keep_alive'],
    [{ model, messages, top_logprobs: 21 }, 'top_logprobs must be between 0 and 20', 'top_logprobs'],
    [
      { model, messages, top_logprobs: 1.5 },
      'json: cannot unmarshal number into Go struct field ChatRequest.top_logprobs of type int',
      'top_logprobs',
    ],
    [{ model, messages, tools: ['f'] }, 'json: cannot unmarshal string into Go struct field ChatRequest.tools of type api.Tool', 'tools'],
  ])('%j is told why', (body, message, param) => {
    expect(thrownBy(() => decode('chat', body))).toMatchObject({
      status: 400,
      code: 'invalid_parameter',
      source: 'caller',
      message,
      param,
    });
  });
});
