import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { sendRaw, startGgufSimulator } from '../../src/index.ts';
import type { GgufSimulator, GgufSimulatorOptions } from '../../src/index.ts';

function clientOf(simulator: GgufSimulator, apiKey = 'none'): OpenAI {
  return new OpenAI({ apiKey, baseURL: `${simulator.url}/v1`, maxRetries: 0 });
}

const weather = {
  type: 'function' as const,
  function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
};

async function ask(simulator: GgufSimulator, path: string, body: unknown): Promise<{ status: number; text: string }> {
  return sendRaw({ port: simulator.port, path, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
}

const user = { role: 'user', content: 'hi there' };

describe.each(['llama-server', 'llama-cpp-python'] as const)("OpenAI's client at %s", (dialect) => {
  it('gets an answer of the one model whatever it names', async () => {
    await using simulator = await startGgufSimulator({ dialect, model: 'm.gguf' });
    const answer = await clientOf(simulator).chat.completions.create({
      model: 'whatever',
      messages: [{ role: 'user', content: 'hi there' }],
    });
    expect(answer.model).toBe('m.gguf');
    expect(answer.choices[0]?.message.content).toBe('This is the simulator of m.gguf. You said: hi there');
    expect(answer.usage).toMatchObject({ prompt_tokens: 2, completion_tokens: 10 });
  });

  it('streams the same text', async () => {
    await using simulator = await startGgufSimulator({ dialect, model: 'm.gguf' });
    const stream = clientOf(simulator).chat.completions.stream({ model: 'x', messages: [{ role: 'user', content: 'hi there' }] });
    expect(await stream.finalContent()).toBe('This is the simulator of m.gguf. You said: hi there');
  });

  it('streams tool calls in fragments that add up', async () => {
    await using simulator = await startGgufSimulator({ dialect });
    const stream = clientOf(simulator).chat.completions.stream({
      model: 'x',
      messages: [{ role: 'user', content: 'both' }],
      tools: [weather],
    });
    const message = await stream.finalMessage();
    expect(message.tool_calls?.map((call) => call.type === 'function' && call.function.arguments)).toEqual([
      '{"city":"simulated city"}',
      '{"city":"simulated city again"}',
    ]);
  });

  it('completes a prompt', async () => {
    await using simulator = await startGgufSimulator({ dialect });
    const answer = await clientOf(simulator).completions.create({ model: 'x', prompt: 'def f():', max_tokens: 4 });
    expect(answer.choices[0]).toMatchObject({ text: 'simulated code after def', finish_reason: 'length', index: 0 });
  });

  it('lists its model', async () => {
    await using simulator = await startGgufSimulator({ dialect, model: 'm.gguf' });
    const models = await clientOf(simulator).models.list();
    expect(models.data.map((model) => [model.id, model.owned_by])).toEqual([['m.gguf', dialect === 'llama-server' ? 'llamacpp' : 'me']]);
  });
});

describe('llama-server', () => {
  it('sends usage as a chunk of its own, only when asked', async () => {
    await using simulator = await startGgufSimulator();
    const body = { messages: [user], stream: true };
    expect((await ask(simulator, '/v1/chat/completions', body)).text).not.toContain('"usage"');
    const { text } = await ask(simulator, '/v1/chat/completions', { ...body, stream_options: { include_usage: true } });
    const events = text.trimEnd().split('\n\n');
    expect(events.at(-1)).toBe('data: [DONE]');
    expect(JSON.parse(events.at(-2)?.slice(6) ?? '')).toMatchObject({ choices: [], usage: { prompt_tokens: 2 }, timings: { prompt_n: 2 } });
    expect(JSON.parse(events.at(-3)?.slice(6) ?? '')).toMatchObject({ choices: [{ delta: {}, finish_reason: 'stop' }] });
    expect(JSON.parse(events[0]?.slice(6) ?? '')).toMatchObject({ choices: [{ delta: { role: 'assistant', content: null } }] });
  });

  it('asks for a key everywhere but at its health, and says so with a number', async () => {
    await using simulator = await startGgufSimulator({ apiKey: ['a', 'b'] });
    const refused = await ask(simulator, '/v1/chat/completions', {});
    expect([refused.status, JSON.parse(refused.text)]).toEqual([
      401,
      { error: { code: 401, message: 'Invalid API Key', type: 'authentication_error' } },
    ]);
    expect((await sendRaw({ port: simulator.port, path: '/health' })).text).toBe('{"status":"ok"}');
    expect((await sendRaw({ port: simulator.port, path: '/v1/models', headers: { 'x-api-key': 'b' } })).status).toBe(200);
    await expect(clientOf(simulator, 'a').models.list()).resolves.toMatchObject({ object: 'list' });
  });

  it('answers 503 on every route while its model loads', async () => {
    await using simulator = await startGgufSimulator({ loadingRequests: 2 });
    const loading = { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } };
    const health = await sendRaw({ port: simulator.port, path: '/health' });
    expect([health.status, JSON.parse(health.text)]).toEqual([503, loading]);
    expect((await ask(simulator, '/v1/chat/completions', { messages: [user] })).status).toBe(503);
    expect((await ask(simulator, '/v1/chat/completions', { messages: [user] })).status).toBe(200);
  });

  it('takes an object as tool choice for auto, without a word', async () => {
    await using simulator = await startGgufSimulator();
    const body = { messages: [user], tools: [weather] };
    const named = await ask(simulator, '/v1/chat/completions', {
      ...body,
      tool_choice: { type: 'function', function: { name: 'get_weather' } },
    });
    expect(named.text).not.toContain('tool_calls');
    expect((await ask(simulator, '/v1/chat/completions', { ...body, tool_choice: 'required' })).text).toContain('get_weather');
  });

  it('answers in another dialect without /v1', async () => {
    await using simulator = await startGgufSimulator();
    expect(JSON.parse((await ask(simulator, '/completions', { prompt: 'x' })).text)).toHaveProperty('content', 'simulated code after x');
    expect(JSON.parse((await ask(simulator, '/embeddings', { input: 'x' })).text)).toMatchObject([
      { index: 0, embedding: [expect.any(Array)] },
    ]);
  });

  it('decodes to the same embeddings by base64, which the client asks for by itself', async () => {
    await using simulator = await startGgufSimulator();
    const asked = await clientOf(simulator).embeddings.create({ model: 'x', input: 'word' });
    const floats = await clientOf(simulator).embeddings.create({ model: 'x', input: 'word', encoding_format: 'float' });
    expect(simulator.requests[0]?.json).toMatchObject({ encoding_format: 'base64' });
    expect(asked.data[0]?.embedding).toEqual(floats.data[0]?.embedding);
  });

  it('thinks in a field of its own, unless told not to', async () => {
    await using simulator = await startGgufSimulator({ reasoning: true });
    expect((await ask(simulator, '/v1/chat/completions', { messages: [user] })).text).toContain('"reasoning_content":"I was asked');
    expect((await ask(simulator, '/v1/chat/completions', { messages: [user], reasoning_effort: 'none' })).text).not.toContain(
      'reasoning_content',
    );
  });

  it('goes on with the last assistant message', async () => {
    await using simulator = await startGgufSimulator({ model: 'm' });
    const { text } = await ask(simulator, '/v1/chat/completions', { messages: [user, { role: 'assistant', content: 'Well: ' }] });
    expect(text).toContain('"content":"Well: This is the simulator');
  });

  const image = { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:,' } }] };
  const call = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } };
  const refusals: [title: string, status: number, type: string, body: object, options: GgufSimulatorOptions][] = [
    ['no messages', 400, 'invalid_request_error', {}, {}],
    ['another tool choice', 400, 'invalid_request_error', { messages: [user], tool_choice: 'any' }, {}],
    ['more choices than slots', 400, 'invalid_request_error', { messages: [user], n: 3 }, { slots: 2 }],
    ['another response format', 400, 'invalid_request_error', { messages: [user], response_format: { type: 'xml' } }, {}],
    ['a part it does not know', 400, 'invalid_request_error', { messages: [{ role: 'user', content: [{ type: 'file', file: {} }] }] }, {}],
    [
      'an image address that is a string',
      400,
      'invalid_request_error',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: 'u' }] }] },
      { multimodal: true },
    ],
    ['a user without content', 400, 'invalid_request_error', { messages: [{ role: 'user', content: null }] }, {}],
    [
      'two assistants at the end',
      400,
      'invalid_request_error',
      { messages: [user, { role: 'assistant', content: 'a' }, { role: 'assistant', content: 'b' }] },
      {},
    ],
    ['a prompt that is too long', 400, 'exceed_context_size_error', { messages: [user] }, { contextLength: 2 }],
    ['an image without a projector', 500, 'server_error', { messages: [image] }, {}],
    ['tools without a template engine', 500, 'server_error', { messages: [user], tools: [weather] }, { jinja: false }],
    ["turns that the file's template refuses", 500, 'server_error', { messages: [user, user] }, { template: 'mistral' }],
    [
      "ids that the file's template refuses",
      500,
      'server_error',
      {
        messages: [user, { role: 'assistant', content: null, tool_calls: [call] }, { role: 'tool', tool_call_id: 'call_1', content: 'r' }],
      },
      { template: 'mistral' },
    ],
  ];
  it.each(refusals)('refuses %s with %i %s', async (_, status, type, body, options) => {
    await using simulator = await startGgufSimulator(options);
    const verdict = await ask(simulator, '/v1/chat/completions', body);
    expect(verdict.status).toBe(status);
    expect(JSON.parse(verdict.text)).toMatchObject({ error: { code: status, type } });
  });

  it.each([
    ['/v1/completions', { prompt: '' }, 500],
    ['/v1/completions', { prompt: 'x', echo: true }, 500],
    ['/v1/embeddings', { input: '' }, 400],
    ['/v1/unknown', {}, 404],
    ['/v1/models/m', {}, 404],
  ])('answers %s %j with %i', async (path, body, status) => {
    await using simulator = await startGgufSimulator();
    expect((await ask(simulator, path, body)).status).toBe(status);
  });

  it('has embeddings only when started for them', async () => {
    await using simulator = await startGgufSimulator({ embeddings: false });
    expect((await ask(simulator, '/v1/embeddings', { input: 'x' })).status).toBe(501);
  });
});

describe('llama-cpp-python', () => {
  it('never sends usage in a stream, and mixes its line ends', async () => {
    await using simulator = await startGgufSimulator({ dialect: 'llama-cpp-python' });
    const { text } = await ask(simulator, '/v1/chat/completions', {
      messages: [user],
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(text).not.toContain('usage');
    expect(text).toMatch(/^: ping - [^\n]*\r\n\r\ndata: \{[^\r\n]*\}\n\n/u);
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
  });

  it('does not know max_completion_tokens, and completes 16 tokens by default', async () => {
    await using simulator = await startGgufSimulator({ dialect: 'llama-cpp-python' });
    const chat = await ask(simulator, '/v1/chat/completions', { messages: [user], max_completion_tokens: 1 });
    expect(chat.text).toContain('"finish_reason":"stop"');
    const long = Array.from({ length: 40 }, (_, index) => `w${index}`).join(' ');
    expect((await ask(simulator, '/v1/completions', { prompt: long })).text).toContain('"completion_tokens":16');
  });

  it.each([
    ['developer', { messages: [{ role: 'developer', content: 'x' }, user] }],
    [
      'a schema in the form of OpenAI',
      { messages: [user], response_format: { type: 'json_schema', json_schema: { name: 'n', schema: {} } } },
    ],
    ['an assistant without content', { messages: [user, { role: 'assistant', content: null, tool_calls: [] }, user] }],
  ])('fails on %s with a 500', async (_, body) => {
    await using simulator = await startGgufSimulator({ dialect: 'llama-cpp-python' });
    const verdict = await ask(simulator, '/v1/chat/completions', body);
    expect([verdict.status, JSON.parse(verdict.text)]).toMatchObject([
      500,
      { error: { type: 'internal_server_error', param: null, code: null } },
    ]);
  });

  it('takes a schema beside json_object, and a named tool', async () => {
    await using simulator = await startGgufSimulator({ dialect: 'llama-cpp-python' });
    const schema = { type: 'object', properties: { a: { type: 'integer' } } };
    expect(
      (await ask(simulator, '/v1/chat/completions', { messages: [user], response_format: { type: 'json_object', schema } })).text,
    ).toContain('{\\"a\\":1}');
    const tool_choice = { type: 'function', function: { name: 'get_weather' } };
    expect((await ask(simulator, '/v1/chat/completions', { messages: [user], tools: [weather], tool_choice })).text).toContain(
      'get_weather',
    );
  });

  it('gives floats whatever it is asked, and has no health', async () => {
    await using simulator = await startGgufSimulator({ dialect: 'llama-cpp-python', apiKey: 'k' });
    const headers = { authorization: 'Bearer k', 'content-type': 'application/json' };
    const answer = await sendRaw({
      port: simulator.port,
      path: '/v1/embeddings',
      headers,
      body: '{"input":"x","encoding_format":"base64"}',
    });
    expect(JSON.parse(answer.text)).toMatchObject({ data: [{ embedding: expect.any(Array) as number[] }] });
    expect(answer.headers['openai-processing-ms']).toBe('12');
    expect((await sendRaw({ port: simulator.port, path: '/health' })).status).toBe(404);
    const refused = await sendRaw({ port: simulator.port, path: '/v1/models' });
    expect([refused.status, refused.text]).toEqual([401, '{"detail":"Invalid API key"}']);
  });
});
