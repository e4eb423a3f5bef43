import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { createProxy } from '@ai-proxy/core';
import type { Proxy } from '@ai-proxy/core';
import { mistral } from '@ai-proxy/mistral';
import { ollama } from '@ai-proxy/ollama';
import { startMistralSimulator, startOllamaSimulator } from '@ai-proxy/testing';
import type { MistralSimulator, OllamaSimulator, Simulator } from '@ai-proxy/testing';
import { APICallError, embed, embedMany, generateObject, generateText, Output, stepCountIs, streamText, tool } from 'ai';
import type { LanguageModel } from 'ai';
import { createOllama } from 'ollama-ai-provider-v2';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { lastRequest } from './last-request.ts';
import { refusalOf } from './refusal.ts';
import { servers } from './servers.ts';
import type { MountedServer } from './servers.ts';

const personSchema = z.object({ name: z.string(), age: z.number().int() });
const prompt = 'Hello there';
const once = { maxRetries: 0 };

// It warns of what it will do without some day, which is none of these tests' business.
vi.stubGlobal('AI_SDK_LOG_WARNINGS', false);

describe.each(servers)('the AI SDK through $name', ({ start }) => {
  let cloud: MistralSimulator;
  let local: OllamaSimulator;
  let proxy: Proxy;
  let server: MountedServer;

  beforeAll(async () => {
    [cloud, local] = await Promise.all([startMistralSimulator(), startOllamaSimulator()]);
    proxy = createProxy({
      providers: [mistral({ baseURL: cloud.url, apiKey: cloud.apiKey }), ollama({ baseURL: local.url })],
      retry: false,
      breaker: false,
      log: { debug() {}, info() {}, warn() {}, error() {} },
    });
    server = await start(proxy);
  });
  afterAll(async () => {
    await proxy.close();
    await server.close();
    await Promise.all([cloud.close(), local.close()]);
  });
  beforeEach(() => {
    for (const simulator of [cloud, local]) {
      simulator.behave({});
      simulator.clear();
    }
  });

  const openai = (): ReturnType<typeof createOpenAICompatible> =>
    createOpenAICompatible({
      name: 'proxy',
      baseURL: `${server.url}/v1`,
      apiKey: 'sk-of-the-caller',
      includeUsage: true,
      supportsStructuredOutputs: true,
    });
  const native = (): ReturnType<typeof createOllama> => createOllama({ baseURL: `${server.url}/ollama/api` });

  /** Every way that leads from the SDK to a model: over OpenAI's dialect to both providers, and over Ollama's own. */
  const ways: readonly {
    readonly way: string;
    readonly model: () => LanguageModel;
    readonly thinker: () => LanguageModel;
    readonly simulator: () => Simulator;
    readonly missing: () => LanguageModel;
  }[] = [
    {
      way: "OpenAI's dialect and Mistral",
      model: () => openai()('mistral/mistral-small-latest'),
      thinker: () => openai()('mistral/magistral-medium-latest'),
      missing: () => openai()('mistral-smal-latest'),
      simulator: () => cloud,
    },
    {
      way: "OpenAI's dialect and Ollama",
      model: () => openai()('ollama/llama3.2'),
      thinker: () => openai()('ollama/qwen3:8b'),
      missing: () => openai()('ollama/missing'),
      simulator: () => local,
    },
    {
      way: "Ollama's own dialect",
      model: () => native()('llama3.2'),
      thinker: () => native().chat('qwen3:8b', { think: true }),
      missing: () => native()('missing'),
      simulator: () => local,
    },
  ];

  describe.each(ways)('by $way', ({ model, thinker, missing, simulator }) => {
    const truth = (): { texts: readonly string[]; thinking?: string; promptTokens: number; completionTokens: number } => {
      const told = lastRequest(simulator()).truth;
      if (told === undefined) throw new Error('there was no answer to tell the truth about');
      return told;
    };
    const cities: string[] = [];
    const tools = {
      weather: tool({
        description: 'Weather of a city',
        inputSchema: z.object({ city: z.string() }),
        execute: ({ city }) => {
          cities.push(city);
          return `sunny in ${city}`;
        },
      }),
    };
    beforeEach(() => {
      cities.length = 0;
    });

    it('generates text', async () => {
      const { text, finishReason, usage } = await generateText({ model: model(), prompt, ...once });
      expect([text, finishReason]).toEqual([truth().texts[0], 'stop']);
      expect(usage).toMatchObject({ inputTokens: truth().promptTokens, outputTokens: truth().completionTokens });
    });

    it('streams text', async () => {
      const result = streamText({ model: model(), prompt, ...once });
      const pieces = await Array.fromAsync(result.textStream);
      expect(pieces.length).toBeGreaterThan(1);
      expect([pieces.join(''), await result.finishReason]).toEqual([truth().texts[0], 'stop']);
      expect(await result.usage).toMatchObject({ inputTokens: truth().promptTokens, outputTokens: truth().completionTokens });
    });

    it('uses tools until it has an answer', async () => {
      const { text, steps } = await generateText({ model: model(), prompt: 'Use both', tools, stopWhen: stepCountIs(3), ...once });
      expect(steps.map((step) => step.finishReason)).toEqual(['tool-calls', 'stop']);
      expect(cities).toHaveLength(2);
      expect(text).toBe(truth().texts[0]);
      for (const city of cities) expect(text).toContain(`sunny in ${city}`);
    });

    it('uses tools in streams', async () => {
      const result = streamText({ model: model(), prompt: 'Use both', tools, stopWhen: stepCountIs(3), ...once });
      await result.consumeStream();
      const steps = await result.steps;
      expect(steps.map((step) => step.finishReason)).toEqual(['tool-calls', 'stop']);
      expect(new Set(steps[0]?.toolCalls.map((call) => call.toolCallId)).size).toBe(2);
      expect(cities).toHaveLength(2);
      for (const city of cities) expect(await result.text).toContain(`sunny in ${city}`);
    });

    it('shows the thinking', async () => {
      const whole = await generateText({ model: thinker(), prompt, ...once });
      expect([whole.reasoningText, whole.text]).toEqual([truth().thinking, truth().texts[0]]);
      const streamed = streamText({ model: thinker(), prompt, ...once });
      expect([await streamed.reasoningText, await streamed.text]).toEqual([truth().thinking, truth().texts[0]]);
    });

    it('generates objects', async () => {
      const { object } = await generateObject({ model: model(), schema: personSchema, prompt, ...once });
      expect(object).toEqual({ name: expect.any(String), age: expect.any(Number) });
      const streamed = streamText({ model: model(), output: Output.object({ schema: personSchema }), prompt, ...once });
      expect((await Array.fromAsync(streamed.partialOutputStream)).at(-1)).toEqual(object);
      expect(await streamed.output).toEqual(object);
    });

    it('says that there is no such model', async () => {
      const error = await refusalOf(generateText({ model: missing(), prompt, ...once }));
      expect(error).toBeInstanceOf(APICallError);
      expect(error).toMatchObject({ statusCode: 404, isRetryable: false, responseBody: expect.stringContaining('model') });
    });

    it('reports a stream that breaks as an error', async () => {
      // Lines that are none of its own make the Ollama provider of the SDK complain there; it is the cut that it takes for an error.
      const complaints = vi.spyOn(console, 'warn').mockImplementation(() => {});
      onTestFinished(() => complaints.mockRestore());
      simulator().behave({ fault: { name: 'resetAfter', events: 3 } });
      const errors: unknown[] = [];
      const parts: string[] = [];
      const result = streamText({ model: model(), prompt, ...once, onError: ({ error }) => void errors.push(error) });
      try {
        for await (const part of result.fullStream) {
          if (part.type === 'error') errors.push(part.error);
          parts.push(part.type === 'finish' ? `finish: ${part.finishReason}` : part.type);
        }
      } catch (error) {
        errors.push(error);
      }
      expect(errors.length).toBeGreaterThan(0);
      expect(parts).not.toContain('finish: stop');
    });

    it('stops the provider when it is told to', async () => {
      simulator().behave({ tokensPerSecond: 5 });
      const gone = new AbortController();
      const result = streamText({ model: model(), prompt, ...once, abortSignal: gone.signal });
      for await (const part of result.fullStream) if (part.type === 'text-delta') gone.abort();
      expect(await lastRequest(simulator()).ended).toBe('closed-by-peer');
    });
  });

  it.each([
    ['mistral/mistral-embed', 1024],
    ['ollama/nomic-embed-text', 768],
  ])("embeds by OpenAI's dialect with %s", async (name, length) => {
    const { embedding, usage } = await embed({ model: openai().embeddingModel(name), value: 'one', ...once });
    expect(embedding).toHaveLength(length);
    expect(usage.tokens).toBeGreaterThan(0);
    const { embeddings } = await embedMany({ model: openai().embeddingModel(name), values: ['one', 'two'], ...once });
    expect(embeddings.map((one) => one.length)).toEqual([length, length]);
    expect(embeddings[0]).toEqual(embedding);
  });

  it("embeds by Ollama's own dialect", async () => {
    const model = native().embedding('nomic-embed-text');
    const { embedding, usage } = await embed({ model, value: 'one', ...once });
    expect([embedding.length, usage.tokens]).toEqual([768, 1]);
    const { embeddings } = await embedMany({ model, values: ['one', 'two'], ...once });
    expect(embeddings.map((one) => one.length)).toEqual([768, 768]);
  });
});
