import { Ollama } from 'ollama';
import type { ChatResponse, Tool } from 'ollama';
import { describe, expect, it } from 'vitest';
import { startOllamaSimulator } from '../../src/index.ts';
import type { OllamaSimulator } from '../../src/index.ts';

function clientOf(simulator: OllamaSimulator, headers: Record<string, string> = {}): Ollama {
  return new Ollama({ host: simulator.url, headers });
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

function texts(answers: readonly ChatResponse[]): string {
  return answers.map((answer) => answer.message.content).join('');
}

const hi = [{ role: 'user', content: 'hi there' }];
const said = 'This is the simulator of llama3.2. You said: hi there';
const both = [{ role: 'user', content: 'both' }];
const tools: Tool[] = ['get_weather', 'get_time'].map((name) => ({
  type: 'function',
  function: { name, parameters: { type: 'object', properties: { city: { type: 'string' } } } },
}));

describe("Ollama's client", () => {
  it('gets an answer with its counts, in nanoseconds', async () => {
    await using simulator = await startOllamaSimulator();
    const answer = await clientOf(simulator).chat({ model: 'llama3.2', messages: hi });
    expect(answer).toMatchObject({
      model: 'llama3.2',
      message: { role: 'assistant', content: said },
      done: true,
      done_reason: 'stop',
      prompt_eval_count: 2,
      eval_count: 10,
      prompt_eval_duration: 4_000_006,
      eval_duration: 200_000_170,
    });
    expect(answer.total_duration).toBeGreaterThan(answer.load_duration);
    expect(simulator.requests[0]?.json).toMatchObject({ stream: false });
  });

  it('streams the same text, each line at a time of its own', async () => {
    await using simulator = await startOllamaSimulator();
    const answers = await all(await clientOf(simulator).chat({ model: 'llama3.2', messages: hi, stream: true }));
    expect(texts(answers)).toBe(said);
    expect(answers.map((answer) => answer.done)).toEqual([...Array<boolean>(10).fill(false), true]);
    expect(new Set(answers.map((answer) => answer.created_at)).size).toBe(11);
    expect(answers.at(-1)).toMatchObject({ done_reason: 'stop', eval_count: 10, message: { role: 'assistant', content: '' } });
  });

  it('calls tools and hands on what they answered', async () => {
    await using simulator = await startOllamaSimulator();
    const client = clientOf(simulator);
    const { message, done_reason } = await client.chat({ model: 'llama3.2', messages: both, tools });
    expect(done_reason).toBe('stop');
    expect(message.content).toBe('');
    expect(message.tool_calls?.map((call) => call.function)).toEqual([
      { index: 0, name: 'get_weather', arguments: { city: 'simulated city' } },
      { index: 1, name: 'get_time', arguments: { city: 'simulated city' } },
    ]);
    const result = { role: 'tool', tool_name: 'get_weather', content: 'rain' };
    const answer = await client.chat({ model: 'llama3.2', messages: [...both, message, result], tools });
    expect(answer.message.content).toBe('The tool answered: rain');
  });

  it.each([
    ['one-line', [2, 0]],
    ['lines', [1, 1, 0]],
    ['done-line', [2]],
  ] as const)('streams calls whole: %s', async (toolCalls, counts) => {
    await using simulator = await startOllamaSimulator({ toolCalls });
    const answers = await all(await clientOf(simulator).chat({ model: 'llama3.2', messages: both, tools, stream: true }));
    expect(answers.map((answer) => answer.message.tool_calls?.length ?? 0)).toEqual(counts);
    expect(answers.flatMap((answer) => answer.message.tool_calls ?? []).map((call) => call.function.arguments)).toEqual([
      { city: 'simulated city' },
      { city: 'simulated city' },
    ]);
  });

  it('thinks where the model can, unless told not to', async () => {
    await using simulator = await startOllamaSimulator();
    const client = clientOf(simulator);
    const thought = 'I was asked this: hi there So I answer it.';
    const think = async (value?: boolean | 'high'): Promise<string | undefined> =>
      (await client.chat({ model: 'qwen3:8b', messages: hi, ...(value === undefined ? {} : { think: value }) })).message.thinking;
    expect([await think(), await think(true), await think('high'), await think(false)]).toEqual([thought, thought, thought, undefined]);
    const answers = await all(await client.chat({ model: 'qwen3:8b', messages: hi, stream: true }));
    expect(answers.map((answer) => answer.message.thinking ?? '').join('')).toBe(thought);
    expect(answers[0]?.message).toEqual({ role: 'assistant', content: '', thinking: 'I' });
    await expect(client.chat({ model: 'llama3.2', messages: hi, think: true })).rejects.toThrow('"llama3.2" does not support thinking');
  });

  it('gets JSON by word and by schema', async () => {
    await using simulator = await startOllamaSimulator();
    const client = clientOf(simulator);
    const schema = { type: 'object', properties: { name: { type: 'string' }, age: { type: 'integer' } }, required: ['name', 'age'] };
    const bySchema = await client.chat({ model: 'llama3.2', messages: hi, format: schema });
    expect(JSON.parse(bySchema.message.content)).toEqual({ name: 'simulated name', age: 1 });
    const byWord = await client.chat({ model: 'llama3.2', messages: hi, format: 'json' });
    expect(JSON.parse(byWord.message.content)).toEqual({ answer: 'You said: hi there', results: [] });
  });

  it('shows an image to a model that can see, and to no other', async () => {
    await using simulator = await startOllamaSimulator();
    const client = clientOf(simulator);
    const images = [Uint8Array.of(0x89, 0x50, 0x4e, 0x47)];
    const answer = await client.chat({ model: 'gemma3:4b', messages: [{ role: 'user', content: 'what is this', images }] });
    expect(answer.prompt_eval_count).toBe(3 + 64);
    expect(simulator.requests[0]?.json).toMatchObject({ messages: [{ images: ['iVBORw=='] }] });
    await expect(client.chat({ model: 'llama3.2', messages: [{ role: 'user', content: 'x', images }] })).rejects.toThrow(
      'this model is missing data required for image input',
    );
  });

  it('generates, fills a hole, and goes on with a raw text', async () => {
    await using simulator = await startOllamaSimulator();
    const client = clientOf(simulator);
    const plain = await client.generate({ model: 'llama3.2', prompt: 'hi there' });
    expect(plain).toMatchObject({ response: said, done: true, done_reason: 'stop', eval_count: 10 });
    expect(plain.context).toHaveLength(12);
    const filled = await client.generate({ model: 'qwen2.5-coder:7b', prompt: 'def f():', suffix: 'return x' });
    expect(filled.response).toBe('simulated code after def f(): and before return x');
    const raw = await client.generate({ model: 'llama3.2', prompt: 'once', raw: true, options: { num_predict: 2 } });
    expect(raw).toMatchObject({ response: 'simulated code', done_reason: 'length' });
    expect(raw).not.toHaveProperty('context');
    const streamed = await all(await client.generate({ model: 'llama3.2', prompt: 'hi there', stream: true }));
    expect(streamed.map((answer) => answer.response).join('')).toBe(said);
    await expect(client.generate({ model: 'llama3.2', prompt: 'a', suffix: 'b' })).rejects.toThrow(
      'registry.ollama.ai/library/llama3.2:latest does not support insert',
    );
  });

  it('gets probabilities where it asks for them', async () => {
    await using simulator = await startOllamaSimulator();
    const request = { model: 'llama3.2', messages: hi, logprobs: true, options: { num_predict: 2 } };
    const { logprobs } = await clientOf(simulator).chat({ ...request, top_logprobs: 2 });
    expect(logprobs).toEqual([
      { token: 'This', logprob: -0.125, bytes: [84, 104, 105, 115], top_logprobs: [expect.anything(), expect.anything()] },
      { token: ' is', logprob: -0.125, bytes: [32, 105, 115], top_logprobs: [expect.anything(), expect.anything()] },
    ]);
    const lines = await all(await clientOf(simulator).chat({ ...request, stream: true }));
    expect(lines.map((line) => line.logprobs?.map((entry) => entry.token))).toEqual([['This'], [' is'], undefined]);
  });

  it('embeds one text and many, in vectors of length one', async () => {
    await using simulator = await startOllamaSimulator();
    const client = clientOf(simulator);
    const { embeddings, prompt_eval_count } = await client.embed({ model: 'nomic-embed-text', input: ['red house', 'one'] });
    expect(embeddings.map((vector) => vector.length)).toEqual([768, 768]);
    expect(prompt_eval_count).toBe(3);
    const [cut = []] = (await client.embed({ model: 'nomic-embed-text', input: 'red house', dimensions: 16 })).embeddings;
    expect(cut).toHaveLength(16);
    for (const vector of [...embeddings, cut]) expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
    const { embedding } = await client.embeddings({ model: 'nomic-embed-text', prompt: 'red house' });
    expect(Math.hypot(...embedding)).toBeCloseTo(16, 3);
    expect((await client.embed({ model: 'nomic-embed-text', input: '' })).embeddings).toEqual([]);
    expect((await client.embed({ model: 'nomic-embed-text', input: [] })).embeddings).toEqual([]);
  });

  it('lists what there is, shows one, and says its version', async () => {
    await using simulator = await startOllamaSimulator({ version: '0.9.9' });
    const client = clientOf(simulator);
    const { models } = await client.list();
    expect(models.map((model) => model.name)).toEqual([
      'llama3.2:latest',
      'qwen3:8b',
      'gpt-oss:20b',
      'gemma3:4b',
      'mistral-small3.2:24b',
      'qwen2.5-coder:7b',
      'nomic-embed-text:latest',
      'gpt-oss:120b-cloud',
    ]);
    expect(models[0]).toMatchObject({ model: 'llama3.2:latest', digest: expect.stringMatching(/^[0-9a-f]{64}$/u) as string });
    expect(Number.isNaN(Date.parse(String(models[0]?.modified_at)))).toBe(false);
    const shown = await client.show({ model: 'QWEN3:8b' });
    expect(shown.capabilities).toEqual(['completion', 'tools', 'thinking']);
    expect(shown.model_info).toMatchObject({ 'general.architecture': 'qwen3', 'qwen3.context_length': 40_960 });
    expect(await client.version()).toEqual({ version: '0.9.9' });
    await expect(client.show({ model: 'unknown' })).rejects.toThrow("model 'unknown' not found");
  });

  it('sees what is in memory: loaded by a question, kept as told, unloaded', async () => {
    let now = 1_790_000_000;
    await using simulator = await startOllamaSimulator({ now: () => now });
    const client = clientOf(simulator);
    const names = async (): Promise<string[]> => (await client.ps()).models.map((model) => model.name);
    expect(await names()).toEqual([]);
    await client.chat({ model: 'llama3.2', messages: hi, options: { num_ctx: 8192 } });
    await client.generate({ model: 'gemma3:4b', prompt: '', keep_alive: '1h30m' });
    expect(await names()).toEqual(['gemma3:4b', 'llama3.2:latest']);
    expect((await client.ps()).models[1]).toMatchObject({ context_length: 8192, expires_at: '2026-09-21T16:18:20.000706015+02:00' });
    now += 301;
    expect(await names()).toEqual(['gemma3:4b']);
    await client.chat({ model: 'llama3.2', messages: hi, keep_alive: -1 });
    const unloaded = await client.generate({ model: 'gemma3:4b', prompt: '', keep_alive: 0 });
    expect(unloaded).toMatchObject({ response: '', done: true, done_reason: 'unload' });
    now += 1_000_000;
    expect(await names()).toEqual(['llama3.2:latest']);
    await client.chat({ model: 'llama3.2', messages: hi, keep_alive: 0 });
    expect(await names()).toEqual([]);
  });

  it('stops a stream, and the simulator knows', async () => {
    await using simulator = await startOllamaSimulator({ behaviour: { tokensPerSecond: 20 } });
    const client = clientOf(simulator);
    const stream = await client.chat({ model: 'llama3.2', messages: hi, stream: true });
    const read = async (): Promise<void> => {
      for await (const _ of stream) client.abort();
    };
    await expect(read()).rejects.toThrow(/abort/u);
    const record = await simulator.request(0);
    expect(await record.ended).toBe('closed-by-peer');
    expect(record.eventsUnsent).toBeGreaterThan(0);
  });

  it('throws where a stream ends too early, or says an error', async () => {
    await using simulator = await startOllamaSimulator({ behaviour: { fault: { name: 'endWithoutDone', how: 'clean' } } });
    const read = async (): Promise<unknown> => all(await clientOf(simulator).chat({ model: 'llama3.2', messages: hi, stream: true }));
    await expect(read()).rejects.toThrow('Did not receive done or success response in stream.');
    simulator.behave({ fault: { name: 'errorLine', at: 'middle' } });
    await expect(read()).rejects.toThrow('an error was encountered while running the model: unexpected EOF');
  });

  it('reads on over odd ends of lines', async () => {
    await using simulator = await startOllamaSimulator();
    const read = async (): Promise<string> =>
      texts(await all(await clientOf(simulator).chat({ model: 'llama3.2', messages: hi, stream: true })));
    simulator.behave({ fault: { name: 'crlfLines' } });
    expect(await read()).toBe(said);
    simulator.behave({ fault: { name: 'separatorsInText' } });
    expect(await read()).toBe(`${said}\u2028one\u2029two\u0085three\nfour\r\nfive`);
  });

  it('manages models: pulls, creates, copies, pushes and deletes', async () => {
    await using simulator = await startOllamaSimulator();
    const client = clientOf(simulator);
    await expect(client.chat({ model: 'smollm2:135m', messages: hi })).rejects.toThrow("model 'smollm2:135m' not found");
    const steps = await all(await client.pull({ model: 'smollm2:135m', stream: true }));
    expect(steps.map((step) => step.status.replace(/[0-9a-f]{12}/u, 'layer'))).toEqual([
      'pulling manifest',
      'pulling layer',
      'pulling layer',
      'pulling layer',
      'verifying sha256 digest',
      'writing manifest',
      'success',
    ]);
    expect(steps[3]?.completed).toBe(steps[3]?.total);
    expect(simulator.requests[1]?.json).toEqual({ name: 'smollm2:135m', stream: true });
    const made = await client.create({ model: 'me/mine', from: 'smollm2:135m', system: 'Be kind.', parameters: { num_predict: 1 } });
    expect(made).toEqual({ status: 'success' });
    const answer = await client.chat({ model: 'me/mine', messages: hi });
    expect(answer).toMatchObject({ message: { content: 'This' }, done_reason: 'length', prompt_eval_count: 4 });
    expect((await client.show({ model: 'me/mine' })).system).toBe('Be kind.');
    await client.copy({ source: 'me/mine', destination: 'me/other' });
    expect(await client.push({ model: 'me/other' })).toEqual({ status: 'success' });
    await expect(client.push({ model: 'smollm2:135m' })).rejects.toThrow('you are not authorized to push to this namespace');
    await client.delete({ model: 'me/mine' });
    await client.delete({ model: 'me/other' });
    expect((await client.list()).models.map((model) => model.name)[0]).toBe('smollm2:135m');
    await expect(client.delete({ model: 'me/mine' })).rejects.toThrow("model 'me/mine' not found");
    await expect(client.pull({ model: 'nowhere' })).rejects.toThrow('pull model manifest: file does not exist');
    const refused = async (): Promise<unknown> => all(await client.pull({ model: 'nowhere', stream: true }));
    await expect(refused()).rejects.toThrow('pull model manifest: file does not exist');
  });

  it('needs its key where the server asks for one', async () => {
    await using simulator = await startOllamaSimulator({ apiKey: 'secret' });
    await expect(clientOf(simulator).list()).rejects.toThrow('unauthorized');
    await expect(clientOf(simulator, { authorization: 'Bearer wrong' }).list()).rejects.toMatchObject({ status_code: 401 });
    const answer = await clientOf(simulator, { authorization: `Bearer ${simulator.apiKey}` }).chat({ model: 'llama3.2', messages: hi });
    expect(answer.message.content).toBe(said);
  });
});
