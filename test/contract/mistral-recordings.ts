import { mistral } from '@ai-proxy/mistral';
import type { ProviderContractOptions } from '@ai-proxy/testing';
import { askWeather, hello, recordedAnswer, recordedStream, weather } from './recordings.ts';

const model = 'mistral-small-latest';

/** Mistral, and what its API was recorded to answer. */
export const mistralRecordings: ProviderContractOptions = {
  provider: mistral({ apiKey: 'contract-key' }),
  cases: [
    {
      title: 'text',
      operation: 'chat',
      input: { model, messages: hello, temperature: 0.2, max_completion_tokens: 50 },
      answers: [recordedAnswer('mistral/chat.json')],
      stream: recordedStream('mistral/chat.sse'),
    },
    {
      title: 'a tool',
      operation: 'chat',
      input: { model, messages: askWeather, tools: [weather], tool_choice: 'auto' },
      answers: [recordedAnswer('mistral/chat-tools.json')],
      stream: recordedStream('mistral/chat-tools.sse'),
    },
    {
      title: 'fields that Mistral does not have',
      operation: 'chat',
      input: { model, messages: hello, user: 'u', logit_bias: { 5: 1 }, anything_else: true },
      drops: ['user', 'logit_bias', 'anything_else'],
      answers: [recordedAnswer('mistral/chat.json')],
    },
    {
      title: 'a stream that breaks off',
      operation: 'chat',
      input: { model, messages: hello },
      stream: recordedStream('mistral/chat.sse').slice(0, 700),
      streamEnds: 'incomplete',
    },
    {
      title: 'a prompt',
      operation: 'completions',
      input: { model: 'codestral-latest', prompt: 'function add(' },
      answers: [recordedAnswer('mistral/fim.json')],
      stream: recordedStream('mistral/fim.sse'),
    },
    {
      title: 'two prompts',
      operation: 'completions',
      input: { model: 'codestral-latest', prompt: ['function add(', 'function sub('] },
      answers: [recordedAnswer('mistral/fim.json'), recordedAnswer('mistral/fim.json')],
    },
    {
      title: 'a gap',
      operation: 'fim',
      input: { model: 'codestral-latest', prompt: 'function add(', suffix: '}' },
      answers: [recordedAnswer('mistral/fim.json')],
      stream: recordedStream('mistral/fim.sse'),
    },
    {
      title: 'two texts',
      operation: 'embeddings',
      input: { model: 'codestral-embed', input: ['Hello', 'World'], dimensions: 4 },
      answers: [recordedAnswer('mistral/embeddings.json')],
    },
    {
      title: 'a text',
      operation: 'moderations',
      input: { model: 'mistral-moderation-latest', input: ['Hello'] },
      answers: [recordedAnswer('mistral/moderations.json')],
    },
  ],
  errors: [
    {
      title: 'a field that the schema does not have',
      status: 422,
      body: { detail: [{ type: 'extra_forbidden', loc: ['body', 'x'], msg: 'Extra inputs are not permitted', input: 1 }] },
      means: { param: 'x' },
    },
    { title: 'a key that is wrong', status: 401, body: { message: 'Unauthorized', request_id: 'r' }, means: { message: 'Unauthorized' } },
  ],
  models: recordedAnswer('mistral/models.json'),
  native: [
    {
      title: 'text',
      operation: 'chat',
      answer: recordedAnswer('mistral/chat.json'),
      stream: recordedStream('mistral/chat.sse'),
      wholeFrom: '"finish_reason":"stop"',
      usage: { inputTokens: 6, outputTokens: 14 },
    },
    { title: 'a gap', operation: 'fim', stream: recordedStream('mistral/fim.sse'), wholeFrom: '"finish_reason":"stop"' },
    { title: 'an agent', operation: 'agents', stream: recordedStream('mistral/agents.sse'), wholeFrom: '"finish_reason":"stop"' },
    {
      title: 'an entry',
      operation: 'conversations',
      answer: recordedAnswer('mistral/conversations.json'),
      stream: recordedStream('mistral/conversations.sse'),
      usage: { inputTokens: 1, outputTokens: 9 },
    },
    { title: 'a sentence', operation: 'speech', stream: recordedStream('mistral/speech.sse'), usage: { inputTokens: 1, outputTokens: 1 } },
    { title: 'two texts', operation: 'embeddings', answer: recordedAnswer('mistral/embeddings.json') },
  ],
};
