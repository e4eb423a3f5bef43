import { openaiCompatible } from '@ai-proxy/mistral';
import type { NativeCase, ProviderCase, ProviderContractOptions } from '@ai-proxy/testing';
import { askWeather, hello, recordedAnswer, recordedStream, weather } from './recordings.ts';

const baseURL = 'http://127.0.0.1:8080/v1';
const model = 'qwen3-8b';

const cases: readonly ProviderCase[] = [
  {
    title: 'a tool',
    operation: 'chat',
    input: { model, messages: askWeather, tools: [weather] },
    answers: [recordedAnswer('compatible/chat-tools.json')],
    stream: recordedStream('compatible/chat-tools.sse'),
  },
  {
    title: 'a prompt',
    operation: 'completions',
    input: { model, prompt: 'Once', max_tokens: 20 },
    answers: [recordedAnswer('compatible/completions.json')],
    stream: recordedStream('compatible/completions.sse'),
  },
  {
    title: 'two texts',
    operation: 'embeddings',
    input: { model, input: ['Hello', 'World'] },
    answers: [recordedAnswer('compatible/embeddings.json')],
  },
];

const native: readonly NativeCase[] = [
  {
    title: 'text',
    operation: 'chat',
    answer: recordedAnswer('compatible/chat.json'),
    stream: recordedStream('compatible/chat.sse'),
    wholeFrom: '"finish_reason":"stop"',
  },
  {
    title: 'a prompt',
    operation: 'completions',
    stream: recordedStream('compatible/completions.sse'),
    wholeFrom: '"finish_reason":"stop"',
  },
  { title: 'text', operation: 'responses', stream: recordedStream('compatible/responses.sse') },
  { title: 'text', operation: 'messages', stream: recordedStream('compatible/messages.sse') },
  { title: 'a gap', operation: 'infill', stream: recordedStream('compatible/infill.sse') },
];

const errors: ProviderContractOptions['errors'] = [
  {
    title: 'a model that is loading',
    status: 503,
    body: { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } },
    means: { message: 'Loading model' },
  },
];

/** llama-server, and what it was recorded to answer. */
export const llamaServerRecordings: ProviderContractOptions = {
  provider: openaiCompatible({ name: 'llama-server', baseURL }),
  cases: [
    {
      title: 'text',
      operation: 'chat',
      input: { model, messages: hello, temperature: 0.2, top_k: 20 },
      answers: [recordedAnswer('compatible/chat.json')],
      stream: recordedStream('compatible/chat.sse'),
    },
    ...cases,
  ],
  errors,
  models: recordedAnswer('compatible/models.json'),
  native,
};

/** llama-cpp-python, whose mark of the end proves nothing. */
export const llamaCppPythonRecordings: ProviderContractOptions = {
  provider: openaiCompatible({ name: 'python', baseURL, dialect: 'llama-cpp-python' }),
  cases: [
    {
      title: 'text',
      operation: 'chat',
      input: { model, messages: hello },
      answers: [recordedAnswer('compatible/python-chat.json')],
      stream: recordedStream('compatible/python-chat.sse'),
    },
    {
      title: 'a stream that the server broke off and marked as ended',
      operation: 'chat',
      input: { model, messages: hello },
      stream: new TextDecoder()
        .decode(recordedStream('compatible/python-chat.sse'))
        .replace(/data: [^\n]*"finish_reason":"stop"[^\n]*\n\n/, ''),
      streamEnds: 'failure',
    },
    ...cases,
  ],
  errors,
  models: recordedAnswer('compatible/models.json'),
  native,
};
