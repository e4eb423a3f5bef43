import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendRaw, startOllamaSimulator } from '../../src/index.ts';
import type { OllamaSimulator, OllamaSimulatorOptions, RawRequestOptions, RawVerdict } from '../../src/index.ts';
import { linesOf } from './strict-reading.ts';
import type { Call } from './strict-reading.ts';

let simulator: OllamaSimulator;
beforeAll(async () => (simulator = await startOllamaSimulator()));
afterAll(() => simulator.close());

async function send(path: string, options: Partial<RawRequestOptions> = {}): Promise<RawVerdict> {
  return sendRaw({ port: simulator.port, path, ...options });
}

async function ask(path: string, body: unknown): Promise<RawVerdict> {
  return send(path, { body: typeof body === 'string' ? body : JSON.stringify(body) });
}

/** Asks a simulator of its own. */
async function askOther(options: OllamaSimulatorOptions, path: string, body: object): Promise<RawVerdict> {
  await using other = await startOllamaSimulator(options);
  return await sendRaw({ port: other.port, path, body: JSON.stringify(body) });
}

async function expectError(verdict: Promise<RawVerdict>, status: number, error: string): Promise<void> {
  const { status: actual, text, headers } = await verdict;
  expect([actual, JSON.parse(text)]).toEqual([status, { error }]);
  expect(headers['content-type']).toBe('application/json; charset=utf-8');
}

const user = { role: 'user', content: 'hi' };
const base = { model: 'llama3.2', messages: [user], stream: false };

describe('who is let in', () => {
  it.each([
    ['localhost', 200],
    ['LOCALHOST:11434', 200],
    ['127.0.0.1:1', 200],
    ['127.9.9.9', 200],
    ['10.1.2.3', 200],
    ['192.168.1.1:80', 200],
    ['172.31.0.1', 200],
    ['172.32.0.1', 403],
    ['[::1]:11434', 200],
    ['[fd00::1]', 200],
    ['0.0.0.0', 200],
    ['a.localhost', 200],
    ['printer.local', 200],
    ['host.docker.internal:11434', 200],
    ['example.com', 403],
    ['localhost.example.com', 403],
    ['8.8.8.8', 403],
    ['evil@localhost', 403],
  ])('Host %s: %i', async (host, status) => {
    const verdict = await send('/api/tags', { headers: { host } });
    expect(verdict.status).toBe(status);
    if (status === 403) expect([verdict.text, verdict.headers['content-type']]).toEqual(['', undefined]);
  });

  it.each([
    ['http://localhost:3000', 200],
    ['https://127.0.0.1', 200],
    ['app://obsidian.md', 200],
    ['file://', 200],
    ['tauri://localhost', 200],
    ['vscode-webview://abc', 200],
    ['https://example.com', 403],
    ['http://localhost.example.com', 403],
    ['null', 403],
  ])('Origin %s: %i', async (origin, status) => {
    expect((await send('/api/tags', { headers: { origin } })).status).toBe(status);
  });

  it('an origin that the operator listed', async () => {
    await using other = await startOllamaSimulator({ origins: ['https://example.com'] });
    const headers = { origin: 'https://example.com' };
    expect((await sendRaw({ port: other.port, path: '/api/tags', headers })).status).toBe(200);
  });

  it('asks for a key when hosted, but not at its health', async () => {
    await using hosted = await startOllamaSimulator({ apiKey: 'secret' });
    const refused = await sendRaw({ port: hosted.port, path: '/api/chat', body: JSON.stringify(base) });
    expect([refused.status, JSON.parse(refused.text)]).toEqual([
      401,
      { error: 'unauthorized', signin_url: 'https://ollama.com/connect?name=simulator&key=c2ltdWxhdGVk' },
    ]);
    expect((await sendRaw({ port: hosted.port, path: '/' })).status).toBe(200);
    const headers = { authorization: 'Bearer secret' };
    expect((await sendRaw({ port: hosted.port, path: '/api/chat', body: JSON.stringify(base), headers })).status).toBe(200);
  });

  it('says that every answer is simulated', async () => {
    for (const path of ['/', '/api/tags', '/nowhere']) expect((await send(path)).headers['x-ai-proxy-simulated']).toBe('ollama');
  });
});

describe('routes', () => {
  it.each([
    ['GET', '/', 200, 'Ollama is running'],
    ['HEAD', '/', 200, ''],
    ['HEAD', '/api/version', 200, ''],
    ['HEAD', '/api/tags', 200, ''],
    ['GET', '/api/chat', 405, '405 method not allowed'],
    ['POST', '/api/tags', 405, '405 method not allowed'],
    ['POST', '/api/delete', 405, '405 method not allowed'],
    ['GET', '/nowhere', 404, '404 page not found'],
    ['GET', '/api/__proto__', 404, '404 page not found'],
    ['POST', '/v1/chat/completions', 404, '404 page not found'],
    ['GET', '/v1/models', 404, '404 page not found'],
    ['POST', '/v1/messages', 404, '404 page not found'],
    ['OPTIONS', '/api/chat', 204, ''],
  ])('%s %s: %i %s', async (method, path, status, text) => {
    const verdict = await send(path, { method, ...(method === 'POST' ? { body: '{}' } : {}) });
    expect([verdict.status, verdict.text]).toEqual([status, text]);
  });

  it('asks for nobody to sign in who has not', async () => {
    expect((await ask('/api/me', {})).status).toBe(401);
    expect((await ask('/api/experimental/web_search', { query: 'x' })).status).toBe(401);
  });
});

describe('bodies', () => {
  it.each(['/api/chat', '/api/generate', '/api/embed', '/api/embeddings', '/api/show', '/api/pull', '/api/create', '/api/copy'])(
    'that are missing are refused at %s',
    async (path) => expectError(ask(path, ''), 400, 'missing request body'),
  );

  it.each([
    ['hello', "invalid character 'h' looking for beginning of value"],
    ['{"model":"llama3.2"', 'unexpected EOF'],
    ['\uFEFF{}', "invalid character 'ï' looking for beginning of value"],
    [' \r\n\t ', 'missing request body'],
    ['[]', 'json: cannot unmarshal array into Go value of type api.ChatRequest'],
    ['null', 'model is required'],
  ])('%j: %s', async (body, error) => expectError(ask('/api/chat', body), 400, error));

  it('are JSON whatever their content type says', async () => {
    const verdict = await send('/api/chat', { body: JSON.stringify(base), headers: { 'content-type': 'text/plain' } });
    expect(verdict.status).toBe(200);
  });

  const parts = [{ type: 'text', text: 'hi' }];
  const call = (args: unknown): object => ({ role: 'assistant', content: '', tool_calls: [{ function: { name: 'f', arguments: args } }] });
  const property = (value: unknown): object => ({
    tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: { a: value } } } }],
  });
  const levels = '"high", "medium", "low", "max", true, or false';
  it.each<[more: object, error: string]>([
    [
      { messages: [{ role: 'user', content: parts }] },
      'json: cannot unmarshal array into Go struct field ChatRequest.messages.content of type string',
    ],
    [{ messages: 'hi' }, 'json: cannot unmarshal string into Go struct field ChatRequest.messages of type []api.Message'],
    [
      { messages: [call('{}')] },
      'json: cannot unmarshal string into Go struct field ChatRequest.messages.tool_calls.function.arguments of type map[string]interface {}',
    ],
    [{ messages: [{ ...user, images: ['data:image/png;base64,AAAA'] }] }, 'illegal base64 data at input byte 4'],
    [{ messages: [{ ...user, images: ['AAA'] }] }, 'illegal base64 data at input byte 2'],
    [{ messages: [{ ...user, images: ['AA-_'] }] }, 'illegal base64 data at input byte 2'],
    [{ stream: 'yes' }, 'json: cannot unmarshal string into Go struct field ChatRequest.stream of type bool'],
    [{ options: [] }, 'json: cannot unmarshal array into Go struct field ChatRequest.options of type map[string]interface {}'],
    [{ model: 1 }, 'json: cannot unmarshal number into Go struct field ChatRequest.model of type string'],
    [{ logprobs: 2 }, 'json: cannot unmarshal number into Go struct field ChatRequest.logprobs of type bool'],
    [{ top_logprobs: 1.5 }, 'json: cannot unmarshal number 1.5 into Go struct field ChatRequest.top_logprobs of type int'],
    [{ top_logprobs: 21 }, 'top_logprobs must be between 0 and 20'],
    [{ top_logprobs: -1 }, 'top_logprobs must be between 0 and 20'],
    [
      property(true),
      'json: cannot unmarshal bool into Go struct field ChatRequest.tools.function.parameters.properties of type api.ToolProperty',
    ],
    [
      property({ type: 'array', required: 'a' }),
      'json: cannot unmarshal string into Go struct field ChatRequest.tools.function.parameters.properties.required of type []string',
    ],
    [{ think: 'xhigh' }, `invalid think value: "xhigh" (must be ${levels})`],
    [{ think: 3 }, `think must be a boolean or string (${levels})`],
    [{ keep_alive: 'soon' }, 'time: invalid duration "soon"'],
    [{ keep_alive: '5' }, 'time: missing unit in duration "5"'],
    [{ keep_alive: '5d' }, 'time: unknown unit "d" in duration "5d"'],
    [{ keep_alive: true }, "Unsupported type: 'bool'"],
    [{ model: '' }, 'model is required'],
    [{ model: 'a/b/c/d' }, 'model is required'],
  ])('of a chat with %j: %s', async (more, error) => expectError(ask('/api/chat', { ...base, ...more }), 400, error));

  it.each<[more: object]>([
    [{ messages: [{ role: 'user', content: null }] }],
    [{ messages: [{ role: 'USER', content: 'hi' }] }],
    [{ messages: [{ role: 'narrator', content: 'hi' }] }],
    [{ messages: [call({})] }],
    [{ model: 'LLAMA3.2:LATEST' }],
    [{ model: 'library/llama3.2' }],
    [{ model: 'registry.ollama.ai/library/llama3.2:latest' }],
    [{ unknown: true, tool_choice: 'required', max_tokens: 1 }],
    [{ options: null, format: null, think: null, keep_alive: null, tools: null }],
    [{ options: { seed: null, stop: null, temperature: null, unknown: 'x', num_predict: 3.9 } }],
    [{ format: '' }],
    [{ think: false }],
    [{ keep_alive: '1h30m' }],
    [{ keep_alive: '-1' }],
    [{ keep_alive: '-1m' }],
    [{ keep_alive: 1.5 }],
    [property({ type: ['string', 'null'], additionalProperties: false, minimum: 1, anyOf: [{ type: 'string' }] })],
  ])('of a chat with %j are taken', async (more) => {
    expect((await ask('/api/chat', { ...base, ...more })).status).toBe(200);
  });
});

describe('options', () => {
  it.each<[options: object, error: string]>([
    [{ stop: 'END' }, 'option "stop" must be of type array'],
    [{ stop: ['a', 1] }, 'option "stop" must be of an array of strings'],
    [{ temperature: '0.5' }, 'option "temperature" must be of type float32'],
    [{ seed: '1' }, 'option "seed" must be of type integer'],
    [{ num_ctx: true }, 'option "num_ctx" must be of type integer'],
    [{ num_predict: {} }, 'option "num_predict" must be of type integer'],
    [{ use_mmap: 1 }, 'option "use_mmap" must be of type boolean'],
  ])('%j: 500 %s', async (options, error) => {
    await expectError(ask('/api/chat', { ...base, options }), 500, error);
    await expectError(ask('/api/generate', { model: 'llama3.2', prompt: 'x', options }), 500, error);
    await expectError(ask('/api/embed', { model: 'nomic-embed-text', input: 'x', options }), 500, error);
  });

  it('cut a fraction off, and limit and stop what is said', async () => {
    const content = async (options: object): Promise<unknown> => linesOf((await ask('/api/chat', { ...base, options })).text)[0];
    expect(await content({ num_predict: 2.9 })).toMatchObject({ message: { content: 'This is' }, done_reason: 'length', eval_count: 2 });
    expect(await content({ num_predict: -1 })).toMatchObject({ done_reason: 'stop' });
    expect(await content({ stop: [' simulator'] })).toMatchObject({ message: { content: 'This is the' }, done_reason: 'stop' });
  });

  it('leave out the counts that are zero', async () => {
    const [line] = linesOf((await ask('/api/chat', { ...base, options: { stop: ['This'] } })).text);
    expect(line).toMatchObject({ message: { content: '' }, prompt_eval_count: 1 });
    expect(line).not.toHaveProperty('eval_count');
    expect(line).not.toHaveProperty('eval_duration');
  });

  it('of the Modelfile stand below those of the request', async () => {
    const models = [{ name: 'm', capabilities: ['completion' as const], parameters: { num_predict: 1, stop: ['x'] } }];
    const chat = { model: 'm', messages: [user], stream: false };
    expect((await askOther({ models }, '/api/chat', chat)).text).toContain('"content":"This"');
    expect((await askOther({ models }, '/api/chat', { ...chat, options: { num_predict: 3 } })).text).toContain('"content":"This is the"');
  });

  it.each([
    ['text', 'invalid format: "\\"text\\""; expected "json" or a valid JSON Schema object'],
    [1, 'invalid format: "1"; expected "json" or a valid JSON Schema object'],
  ])('format %j: 500', async (format, error) => expectError(ask('/api/chat', { ...base, format }), 500, error));
});

describe('capabilities and names', () => {
  const tool = { type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } };
  it.each<[path: string, body: object, status: number, error: string]>([
    ['/api/chat', { ...base, model: 'x' }, 404, "model 'x' not found"],
    ['/api/generate', { model: 'x', prompt: 'p' }, 404, "model 'x' not found"],
    ['/api/generate', { prompt: 'p' }, 404, "model '' not found"],
    ['/api/embed', { model: 'x', input: 'p' }, 404, "model 'x' not found"],
    ['/api/embeddings', { model: 'x', prompt: 'p' }, 404, 'model "x" not found, try pulling it first'],
    ['/api/embeddings', { prompt: 'p' }, 400, 'model is required'],
    ['/api/show', { model: 'x' }, 404, "model 'x' not found"],
    ['/api/show', {}, 400, 'model is required'],
    ['/api/copy', { source: 'x', destination: 'y' }, 404, 'model "x" not found'],
    ['/api/copy', { source: '', destination: 'y' }, 400, 'source "" is invalid'],
    ['/api/copy', { source: 'x', destination: '/' }, 400, 'destination "/" is invalid'],
    ['/api/pull', {}, 400, 'invalid model name'],
    ['/api/push', {}, 400, 'model is required'],
    ['/api/create', { model: 'y' }, 400, "neither 'from' or 'files' was specified"],
    ['/api/chat', { ...base, model: 'gemma3:4b', tools: [tool] }, 400, 'registry.ollama.ai/library/gemma3:4b does not support tools'],
    ['/api/chat', { ...base, model: 'nomic-embed-text' }, 400, '"nomic-embed-text" does not support chat'],
    ['/api/generate', { model: 'nomic-embed-text', prompt: 'p' }, 400, '"nomic-embed-text" does not support generate'],
    ['/api/chat', { ...base, think: 'low' }, 400, '"llama3.2" does not support thinking'],
    ['/api/generate', { model: 'llama3.2', prompt: 'p', think: true }, 400, '"llama3.2" does not support thinking'],
    [
      '/api/generate',
      { model: 'llama3.2', prompt: 'p', suffix: 's' },
      400,
      'registry.ollama.ai/library/llama3.2:latest does not support insert',
    ],
    [
      '/api/generate',
      { model: 'llama3.2', prompt: 'p', raw: true, system: 's' },
      400,
      'raw mode does not support template, system, or context',
    ],
    [
      '/api/generate',
      { model: 'llama3.2', prompt: 'p', raw: true, context: [1] },
      400,
      'raw mode does not support template, system, or context',
    ],
    ['/api/generate', { model: 'llama3.2', prompt: 'p', images: ['AAAA'] }, 500, 'this model is missing data required for image input'],
    [
      '/api/chat',
      { ...base, options: { num_ctx: 1 }, truncate: false, messages: [{ role: 'user', content: 'a b' }] },
      400,
      'the input length exceeds the context length',
    ],
    ['/api/embed', { model: 'nomic-embed-text', input: 5 }, 400, 'invalid input type'],
    ['/api/embed', { model: 'nomic-embed-text', input: ['a', 1] }, 400, 'invalid input type'],
    ['/api/embed', { model: 'nomic-embed-text', input: [[1, 2]] }, 400, 'invalid input type'],
    [
      '/api/embed',
      { model: 'nomic-embed-text', input: 'a b c', truncate: false, options: { num_ctx: 2 } },
      400,
      'the input length exceeds the context length',
    ],
    ['/api/embed', { model: 'llama3.2', input: 'a' }, 501, 'this model does not support embeddings'],
  ])('%s %j: %i %s', async (path, body, status, error) => expectError(ask(path, body), status, error));

  it('cut what is too long where nothing forbids it', async () => {
    const { text } = await ask('/api/embed', { model: 'nomic-embed-text', input: 'a b c', options: { num_ctx: 2 } });
    const { text: same } = await ask('/api/embed', { model: 'nomic-embed-text', input: 'a b' });
    expect(JSON.parse(text)).toMatchObject({ prompt_eval_count: 2, embeddings: (JSON.parse(same) as { embeddings: unknown }).embeddings });
    const long = await ask('/api/chat', { ...base, options: { num_ctx: 2 }, messages: [{ role: 'user', content: 'a b c d' }] });
    expect(JSON.parse(long.text)).toMatchObject({ prompt_eval_count: 2 });
  });

  it('deletes by a body, and once', async () => {
    await using other = await startOllamaSimulator();
    const remove = async (body: string): Promise<[number, string]> => {
      const verdict = await sendRaw({ port: other.port, method: 'DELETE', path: '/api/delete', body });
      return [verdict.status, verdict.text];
    };
    expect(await remove('')).toEqual([400, '{"error":"missing request body"}']);
    expect(await remove('{"model":"llama3.2"}')).toEqual([200, '']);
    expect(await remove('{"name":"llama3.2"}')).toEqual([404, '{"error":"model \'llama3.2\' not found"}']);
  });

  it('marks answers of models that run in the cloud, and asks to sign in for them', async () => {
    const chat = { ...base, model: 'gpt-oss:120b-cloud' };
    expect(JSON.parse((await ask('/api/chat', chat)).text)).toMatchObject({
      remote_model: 'gpt-oss:120b',
      remote_host: 'https://ollama.com:443',
    });
    const refused = await askOther({ signedIn: false }, '/api/chat', chat);
    expect([refused.status, Object.keys(JSON.parse(refused.text) as object)]).toEqual([401, ['error', 'signin_url']]);
  });
});

describe('answers', () => {
  it('are streams unless told otherwise, and say so in their type', async () => {
    const streamed = await ask('/api/chat', { model: 'llama3.2', messages: [user] });
    expect(streamed.headers['content-type']).toBe('application/x-ndjson');
    expect(streamed.text).toMatch(/^(?:\{[^\n]*\}\n)+$/u);
    const whole = await ask('/api/chat', base);
    expect(whole.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(linesOf(whole.text)).toHaveLength(1);
  });

  it('carry times to the nanosecond, in universal time', async () => {
    const now = (): number => 1_790_000_000.25;
    await using other = await startOllamaSimulator({ now });
    const { text } = await sendRaw({ port: other.port, path: '/api/chat', body: JSON.stringify({ ...base, stream: true }) });
    const times = linesOf(text).map((line) => line?.created_at ?? '');
    for (const time of times) expect(time).toMatch(/^2026-09-21T14:13:20\.\d{9}Z$/u);
    expect(times.toSorted()).toEqual([...new Set(times)]);
  });

  it.each([
    [[], undefined, 'load'],
    [[], 0, 'unload'],
    [[], '0s', 'unload'],
  ])(
    'to messages %j with keep_alive %j are one document with the reason %s, also where a stream was asked for',
    async (messages, keep_alive, reason) => {
      const chat = await ask('/api/chat', { model: 'llama3.2', messages, keep_alive, stream: true });
      expect(chat.headers['content-type']).toBe('application/json; charset=utf-8');
      expect(JSON.parse(chat.text)).toMatchObject({ message: { role: 'assistant', content: '' }, done: true, done_reason: reason });
      const generate = await ask('/api/generate', { model: 'llama3.2', prompt: '', keep_alive });
      expect(JSON.parse(generate.text)).toMatchObject({ response: '', done: true, done_reason: reason });
      expect(generate.text).not.toContain('eval_count');
    },
  );

  const both = {
    model: 'llama3.2',
    messages: [{ role: 'user', content: 'both' }],
    tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: { b: {}, a: {} } } } }],
  };
  const callsOf = async (options: OllamaSimulatorOptions): Promise<Call[]> =>
    linesOf((await askOther(options, '/api/chat', both)).text).flatMap((line) => line?.message?.tool_calls ?? []);

  it.each<[options: OllamaSimulatorOptions, id: RegExp | undefined, indices: (number | undefined)[]]>([
    [{}, /^call_[a-z0-9]{8}$/u, [0, 1]],
    [{ toolCallIds: 'native' }, /^[A-Za-z0-9]{32}$/u, [0, 1]],
    [{ toolCalls: 'lines' }, /^call_/u, [0, 1]],
    [{ old: true }, undefined, [undefined, undefined]],
    [{ old: 'zero-index', toolCalls: 'lines' }, undefined, [0, 0]],
  ])('with %j name their calls by %s and %j', async (options, id, indices) => {
    const calls = await callsOf(options);
    expect(calls.map((call) => call.function.index)).toEqual(indices);
    expect(calls.map((call) => Object.keys(call.function.arguments as object))).toEqual([
      ['b', 'a'],
      ['b', 'a'],
    ]);
    for (const call of calls) {
      if (id === undefined) expect(call).not.toHaveProperty('id');
      else expect(call.id).toMatch(id);
    }
    expect(new Set(calls.map((call) => call.id)).size).toBe(id === undefined ? 1 : 2);
  });

  it('of old servers say what to do about a missing model', async () => {
    const verdict = await askOther({ old: true }, '/api/chat', { ...base, model: 'x' });
    expect([verdict.status, JSON.parse(verdict.text)]).toEqual([404, { error: 'model "x" not found, try pulling it first' }]);
  });

  it('are cut and paced by the knobs that all simulators have', async () => {
    const count = async (chunks: number): Promise<number> =>
      linesOf((await askOther({ behaviour: { chunks } }, '/api/chat', { ...base, stream: true })).text).length;
    expect([await count(1), await count(3)]).toEqual([2, 4]);
  });

  it('leave listings alone where a fault is plain data, and pulls too', async () => {
    await using other = await startOllamaSimulator({ behaviour: { fault: { name: 'status500Empty' } } });
    const status = async (path: string, body?: string): Promise<number> =>
      (await sendRaw({ port: other.port, path, ...(body === undefined ? {} : { body }) })).status;
    expect(await status('/api/tags')).toBe(200);
    expect(await status('/api/pull', '{"model":"all-minilm"}')).toBe(200);
    expect(await status('/api/embed', '{"model":"all-minilm","input":"x"}')).toBe(500);
    other.behave({ fault: ({ path }) => (path === '/api/pull' ? { name: 'endWithoutDone', how: 'clean' } : undefined) });
    const pull = await sendRaw({ port: other.port, path: '/api/pull', body: '{"model":"all-minilm"}' });
    expect(pull.text).toContain('writing manifest');
    expect(pull.text).not.toContain('success');
  });
});

describe('blobs', () => {
  const bytes = Buffer.from('a layer');
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const wrong = `sha256:${'0'.repeat(64)}`;

  it('are there once they have come whole, and make models', async () => {
    await using other = await startOllamaSimulator();
    const blob = async (method: string, path: string): Promise<RawVerdict> =>
      sendRaw({ port: other.port, method, path: `/api/blobs/${path}`, ...(method === 'POST' ? { body: bytes } : {}) });
    expect((await blob('HEAD', digest)).status).toBe(404);
    const mismatch = await blob('POST', wrong);
    expect([mismatch.status, JSON.parse(mismatch.text)]).toEqual([400, { error: `digest mismatch, expected "${wrong}", got "${digest}"` }]);
    expect((await blob('POST', 'md5:1')).text).toBe('{"error":"invalid digest format"}');
    const create = async (): Promise<RawVerdict> =>
      sendRaw({ port: other.port, path: '/api/create', body: JSON.stringify({ model: 'mine', files: { 'm.gguf': digest } }) });
    expect((await create()).status).toBe(500);
    expect((await blob('POST', digest)).status).toBe(201);
    expect((await blob('POST', digest)).status).toBe(200);
    expect((await blob('HEAD', digest)).status).toBe(200);
    expect((await create()).text.trimEnd().split('\n').at(-1)).toBe('{"status":"success"}');
    const chat = await sendRaw({ port: other.port, path: '/api/chat', body: JSON.stringify({ ...base, model: 'mine' }) });
    expect(chat.status).toBe(200);
  });
});
