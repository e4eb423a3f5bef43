import type { JsonObject } from '@ai-proxy/core';
import { ollama } from '@ai-proxy/ollama';
import type { ProviderContractOptions } from '@ai-proxy/testing';
import { askWeather, hello, recordedAnswer, recordedStream, weather } from './recordings.ts';

const model = 'llama3.2';
const picture = (name: string): JsonObject => ({ type: 'image_url', image_url: { url: `https://pictures.example/${name}.png` } });

/** Ollama, and what it was recorded to answer. */
export const ollamaRecordings: ProviderContractOptions = {
  provider: ollama({ baseURL: 'http://127.0.0.1:11434' }),
  cases: [
    {
      title: 'text',
      operation: 'chat',
      input: { model, messages: hello, temperature: 0.2, max_completion_tokens: 50 },
      answers: [recordedAnswer('ollama/chat.json')],
      stream: recordedStream('ollama/chat.ndjson'),
    },
    {
      title: 'pictures by URL',
      operation: 'chat',
      input: {
        model: 'gemma3:4b',
        messages: [{ role: 'user', content: [picture('a'), { type: 'text', text: 'And?' }, picture('b'), picture('a')] }],
      },
      answers: [recordedAnswer('ollama/chat.json')],
      stream: recordedStream('ollama/chat.ndjson'),
    },
    {
      title: 'a tool',
      operation: 'chat',
      input: { model, messages: askWeather, tools: [weather] },
      answers: [recordedAnswer('ollama/chat-tools.json')],
      stream: recordedStream('ollama/chat-tools.ndjson'),
    },
    {
      title: 'thinking',
      operation: 'chat',
      input: { model: 'qwen3:8b', messages: hello, reasoning_effort: 'low' },
      stream: recordedStream('ollama/chat-thinking.ndjson'),
    },
    {
      title: 'two answers, and fields that Ollama does not have',
      operation: 'chat',
      input: { model, messages: hello, n: 2, seed: 7, user: 'u', logit_bias: { 5: 1 } },
      drops: ['user', 'logit_bias'],
      answers: [recordedAnswer('ollama/chat.json'), recordedAnswer('ollama/chat.json')],
    },
    {
      title: 'a runner that died',
      operation: 'chat',
      input: { model, messages: hello },
      stream: recordedStream('ollama/chat.ndjson').slice(0, 400),
      streamEnds: 'incomplete',
    },
    {
      title: 'a failure inside',
      operation: 'chat',
      input: { model, messages: hello },
      stream: `${new TextDecoder().decode(recordedStream('ollama/chat.ndjson')).split('\n', 1)[0]}\n{"error":"llama runner process has terminated"}\n`,
      streamEnds: 'failure',
    },
    {
      title: 'a prompt',
      operation: 'completions',
      input: { model, prompt: 'Once' },
      answers: [recordedAnswer('ollama/generate.json')],
      stream: recordedStream('ollama/generate.ndjson'),
    },
    {
      title: 'a gap',
      operation: 'fim',
      input: { model: 'qwen2.5-coder:7b', prompt: 'function add(', suffix: '}' },
      answers: [recordedAnswer('ollama/fim.json')],
      stream: recordedStream('ollama/fim.ndjson'),
    },
    {
      title: 'two texts',
      operation: 'embeddings',
      input: { model: 'nomic-embed-text', input: ['Hello', 'World'], dimensions: 4 },
      answers: [recordedAnswer('ollama/embed.json')],
    },
  ],
  errors: [
    {
      title: 'a model that is not there',
      status: 404,
      body: { error: "model 'x' not found" },
      means: { message: "model 'x' not found", code: 'model_not_found' },
    },
    {
      title: "the caller's mistake in a 500",
      status: 500,
      body: { error: 'option "temperature" must be of type float32' },
      means: { status: 400, retryable: false },
    },
  ],
  models: recordedAnswer('ollama/tags.json'),
  native: [
    {
      title: 'text',
      operation: 'chat',
      answer: recordedAnswer('ollama/chat.json'),
      stream: recordedStream('ollama/chat.ndjson'),
      usage: { inputTokens: 6, outputTokens: 14 },
    },
    { title: 'thinking', operation: 'chat', stream: recordedStream('ollama/chat-thinking.ndjson') },
    {
      title: 'a prompt',
      operation: 'generate',
      answer: recordedAnswer('ollama/generate.json'),
      stream: recordedStream('ollama/generate.ndjson'),
    },
    { title: 'two texts', operation: 'embeddings', answer: recordedAnswer('ollama/embed.json') },
  ],
};
