import { createProxy } from '@ai-proxy/core';
import type { Proxy } from '@ai-proxy/core';
import { mistral } from '@ai-proxy/mistral';
import { ollama } from '@ai-proxy/ollama';
import { startMistralSimulator, startOllamaSimulator } from '@ai-proxy/testing';
import type { MistralSimulator, OllamaSimulator, Simulator } from '@ai-proxy/testing';
import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import type { AIMessage, AIMessageChunk, BaseMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { ChatMistralAI, MistralAIEmbeddings } from '@langchain/mistralai';
import { ChatOllama, OllamaEmbeddings } from '@langchain/ollama';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { lastRequest } from './last-request.ts';
import { refusalOf } from './refusal.ts';
import { servers } from './servers.ts';
import type { MountedServer } from './servers.ts';

const personSchema = z.object({ name: z.string(), age: z.number() });
const weather = tool(({ city }: { city: string }) => `sunny in ${city}`, {
  name: 'weather',
  description: 'Weather of a city',
  schema: z.object({ city: z.string() }),
});
const question = 'Hello there';

describe.each(servers)('LangChain through $name', ({ start }) => {
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

  const chatOllama = (model = 'llama3.2', more: { think?: boolean } = {}): ChatOllama =>
    new ChatOllama({ model, baseUrl: `${server.url}/ollama`, maxRetries: 0, ...more });
  const chatMistral = (model = 'mistral-small-latest'): ChatMistralAI =>
    new ChatMistralAI({ model, serverURL: `${server.url}/mistral`, apiKey: 'sk-of-the-caller', maxRetries: 0 });

  describe.each<{ name: string; chat: (model?: string) => ChatOllama | ChatMistralAI; simulator: () => Simulator }>([
    { name: 'ChatOllama', chat: chatOllama, simulator: () => local },
    { name: 'ChatMistralAI', chat: chatMistral, simulator: () => cloud },
  ])('by $name', ({ chat, simulator }) => {
    const truth = (): { texts: readonly string[]; promptTokens: number; completionTokens: number } => {
      const told = lastRequest(simulator()).truth;
      if (told === undefined) throw new Error('there was no answer to tell the truth about');
      return told;
    };

    it('invokes', async () => {
      const message = await chat().invoke(question);
      expect(message.content).toBe(truth().texts[0]);
      expect(message.usage_metadata).toMatchObject({ input_tokens: truth().promptTokens, output_tokens: truth().completionTokens });
    });

    it('streams', async () => {
      const chunks = await Array.fromAsync<AIMessageChunk>(await chat().stream(question));
      expect(chunks.length).toBeGreaterThan(1);
      expect(chunks.map((chunk) => chunk.text).join('')).toBe(truth().texts[0]);
      expect(chunks.reduce((all, chunk) => all.concat(chunk)).usage_metadata).toMatchObject({
        input_tokens: truth().promptTokens,
        output_tokens: truth().completionTokens,
      });
    });

    it.each([false, true])('uses tools over three turns, streamed: %s', async (stream) => {
      const model = chat().bindTools([weather]);
      const messages: BaseMessage[] = [new HumanMessage('Use both')];
      const turn = async (): Promise<AIMessage> => {
        const chunks = stream ? await Array.fromAsync<AIMessageChunk>(await model.stream(messages)) : [];
        const message: AIMessage = stream ? chunks.reduce((all, chunk) => all.concat(chunk)) : await model.invoke(messages);
        messages.push(message);
        return message;
      };
      for (const count of [1, 2, 3]) {
        const { tool_calls: calls = [] } = await turn();
        expect(calls.map((call) => [call.name, call.args])).toEqual([
          ['weather', { city: expect.any(String) }],
          ['weather', { city: expect.any(String) }],
        ]);
        for (const { id } of calls) messages.push(new ToolMessage({ content: `sunny on turn ${count}`, tool_call_id: id ?? '' }));
        expect((await turn()).content).toBe(`The tool answered: sunny on turn ${count} and sunny on turn ${count}`);
        messages.push(new HumanMessage('Use both again'));
      }
    });

    it('structures what it answers', async () => {
      const structured = chat().withStructuredOutput<z.infer<typeof personSchema>>(personSchema, { name: 'person' });
      // Where the structure is asked for by a tool, the model has to be told to use it.
      expect(await structured.invoke('Use the tool: who is it?')).toEqual({ name: expect.any(String), age: expect.any(Number) });
    });

    it('hears that there is no such model', async () => {
      const error = await refusalOf(chat('missing').invoke(question));
      expect(error).toBeInstanceOf(Error);
      expect(String(error)).toMatch(/model/i);
    });

    it('throws in the middle of a stream that breaks', async () => {
      simulator().behave({ fault: { name: 'resetAfter', events: 3 } });
      let text = '';
      const reading = (async () => {
        for await (const chunk of await chat().stream(question)) text += chunk.text;
      })();
      expect(await refusalOf(reading)).toBeInstanceOf(Error);
      expect(truth().texts[0]?.startsWith(text)).toBe(true);
    });

    it('stops the provider when it is told to', async () => {
      simulator().behave({ tokensPerSecond: 5 });
      const gone = new AbortController();
      const reading = (async () => {
        for await (const chunk of await chat().stream(question, { signal: gone.signal })) if (chunk.text !== '') gone.abort();
      })();
      expect(await refusalOf(reading)).toBeInstanceOf(Error);
      expect(await lastRequest(simulator()).ended).toBe('closed-by-peer');
    });
  });

  it('streams from Ollama also where one answer is awaited', async () => {
    await chatOllama().invoke(question);
    expect(lastRequest(local, '/api/chat').json).toMatchObject({ stream: true });
  });

  it('shows the thinking of a model on Ollama', async () => {
    const { content, additional_kwargs: more } = await chatOllama('qwen3:8b', { think: true }).invoke(question);
    const { texts, thinking } = lastRequest(local, '/api/chat').truth ?? {};
    expect([content, more['reasoning_content']]).toEqual([texts?.[0], thinking]);
  });

  it('shows images to a model on Ollama', async () => {
    const image = Buffer.from('an image').toString('base64');
    await chatOllama('gemma3:4b').invoke([
      new HumanMessage({
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image_url', image_url: `data:image/png;base64,${image}` },
        ],
      }),
    ]);
    expect(JSON.stringify(lastRequest(local, '/api/chat').json)).toContain(image);
  });

  it('embeds', async () => {
    const near = new OllamaEmbeddings({ model: 'nomic-embed-text', baseUrl: `${server.url}/ollama`, maxRetries: 0 });
    const far = new MistralAIEmbeddings({
      model: 'mistral-embed',
      serverURL: `${server.url}/mistral`,
      apiKey: 'sk-of-the-caller',
      maxRetries: 0,
    });
    expect((await near.embedDocuments(['one', 'two'])).map((one) => one.length)).toEqual([768, 768]);
    expect((await far.embedDocuments(['one', 'two'])).map((one) => one.length)).toEqual([1024, 1024]);
  });
});
