import { defineProvider, inferenceRoute, isJsonObject, ProxyError, relayRoute } from '@ai-proxy/core';
import type { Frame, JsonObject, ModelInfo, NativeSurface, Provider, ProviderCall, ProviderOperation, StreamDecoder } from '@ai-proxy/core';
import type { ProviderContractOptions } from '../../src/index.ts';

/** The fields that the upstream of this provider takes. */
const known = new Set(['model', 'messages', 'stream', 'temperature', 'tools']);

function parse(data: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(data);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function expectText(body: unknown): string {
  if (isJsonObject(body) && typeof body['text'] === 'string') return body['text'];
  throw new ProxyError('The provider answered with something that is no answer.', { status: 502, code: 'upstream_garbage' });
}

function createDecoder(call: ProviderCall): StreamDecoder {
  const head = { id: call.id, object: 'chat.completion.chunk', created: call.now(), model: call.model };
  const chunk = (delta: JsonObject, reason: string | null = null): JsonObject => ({
    ...head,
    choices: [{ index: 0, delta, finish_reason: reason }],
  });
  let begun = false;
  let done = false;
  const say = (delta: JsonObject): JsonObject => {
    const first = !begun;
    begun = true;
    return chunk(first ? { role: 'assistant', ...delta } : delta);
  };
  return {
    get done() {
      return done;
    },
    decode({ data }) {
      const event = parse(data);
      if (event === undefined || done) return [];
      if (typeof event['error'] === 'string') throw new ProxyError(event['error'], { status: 502, code: 'provider_error' });
      if (typeof event['text'] === 'string') return [say({ content: event['text'] })];
      if (isJsonObject(event['call'])) {
        const { index = 0, name, part = '' } = event['call'];
        const begins = typeof name === 'string' ? { id: `call_${JSON.stringify(index)}`, type: 'function' } : {};
        return [say({ tool_calls: [{ index, ...begins, function: { ...(name === undefined ? {} : { name }), arguments: part } }] })];
      }
      if (typeof event['end'] !== 'string') return [];
      done = true;
      const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
      return [chunk({}, event['end']), { ...head, choices: [], usage }];
    },
    end: () => ({ chunks: [], complete: done }),
  };
}

/** The pictures of messages, and where they stand. */
function picturesOf(input: JsonObject): { readonly url: string; readonly param: string }[] {
  const messages = Array.isArray(input['messages']) ? input['messages'] : [];
  return messages.flatMap((message, at) => {
    const parts = isJsonObject(message) && Array.isArray(message['content']) ? message['content'] : [];
    return parts.flatMap((part, index) => {
      const image = isJsonObject(part) && isJsonObject(part['image_url']) ? part['image_url'] : {};
      const { url } = image;
      return typeof url === 'string' && url.startsWith('http') ? [{ url, param: `messages[${at}].content[${index}].image_url.url` }] : [];
    });
  });
}

const chat: ProviderOperation = {
  fetches: (input) => picturesOf(input).map((picture) => ({ ...picture, accept: ['image/png'], maxBytes: 1024 })),
  request(input, call) {
    const body: JsonObject = {};
    for (const [field, value] of Object.entries(input)) {
      if (known.has(field)) body[field] = value;
      else call.drop(field);
    }
    const pictures = picturesOf(input).map(({ url }) => {
      const file = call.fetched?.get(url);
      if (file === undefined) throw new ProxyError(`${url} was not fetched`, { status: 400, code: 'unsupported_parameter' });
      return Buffer.from(file.bytes).toString('base64');
    });
    return { path: '/talk', body: pictures.length === 0 ? body : { ...body, pictures } };
  },
  response(body, call) {
    const message = { role: 'assistant', content: expectText(body), refusal: null };
    return {
      id: call.id,
      object: 'chat.completion',
      created: call.now(),
      model: call.model,
      choices: [{ index: 0, message, finish_reason: 'stop', logprobs: null }],
    };
  },
  stream: { framing: 'sse', createDecoder },
};

const embeddings: ProviderOperation = {
  request(input, call) {
    const { input: texts, model, ...rest } = input;
    for (const field of Object.keys(rest)) call.drop(field);
    const list = Array.isArray(texts) ? texts : [texts ?? ''];
    return {
      requests: list.map((text) => ({ path: '/vector', body: { model, text } })),
      combine: (outputs) => ({
        ...outputs[0],
        data: outputs.map(({ data }, index) => ({ ...(Array.isArray(data) && isJsonObject(data[0]) ? data[0] : {}), index })),
      }),
    };
  },
  response(body, call) {
    if (!isJsonObject(body) || !Array.isArray(body['vector'])) expectText(undefined);
    const vector = isJsonObject(body) ? body['vector'] : [];
    return { object: 'list', model: call.model, data: [{ object: 'embedding', index: 0, embedding: vector }] };
  },
};

const native: NativeSurface = {
  routes: [inferenceRoute('talk', '/v1/talk', 'sse'), relayRoute('files', ['GET', 'POST'], '/v1/files/:id', 'files')],
  optionalPrefix: 'v1',
  open: ['files'],
  readUsage: (_operation, body) =>
    isJsonObject(body) && typeof body['tokens'] === 'number' ? { outputTokens: body['tokens'] } : undefined,
  createWatcher() {
    let committed = false;
    let done = false;
    return {
      see({ data }: Frame) {
        const event = parse(data);
        if (event === undefined) return {};
        if (typeof event['error'] === 'string') return { failure: { message: event['error'], body: event } };
        if (typeof event['end'] === 'string') done = true;
        const commits = !committed && typeof event['text'] === 'string';
        if (commits) committed = true;
        return { ...(commits ? { commits } : {}), ...(done ? { usage: { outputTokens: 2 } } : {}) };
      },
      isDone: () => done,
      isComplete: () => done,
    };
  },
  errorBody: (error) => ({ error: error.message }),
  errorFrame: (error) => `data: ${JSON.stringify({ error: error.message })}\n\n`,
};

const readModels = (body: unknown): ModelInfo[] =>
  isJsonObject(body) && Array.isArray(body['models'])
    ? body['models'].filter((id) => typeof id === 'string').map((id) => ({ id, capabilities: new Set(['chat']) }))
    : [];

/** A provider that keeps the whole contract. */
export const sound: Provider = defineProvider({
  name: 'sound',
  system: 'sound',
  baseURL: 'https://sound.example.com',
  headers: { 'x-client': 'ai-proxy' },
  authorize: (credential: string): Record<string, string> => ({ 'x-key': credential }),
  answerHeaders: (headers): Record<string, string> =>
    typeof headers['x-request-id'] === 'string' ? { 'x-request-id': headers['x-request-id'] } : {},
  operations: { chat, embeddings },
  models: { path: '/models', read: readModels },
  error: ({ status, body }) => ({ message: isJsonObject(body) && typeof body['error'] === 'string' ? body['error'] : `HTTP ${status}` }),
  native,
});

const events = (...values: readonly object[]): string => values.map((value) => `data: ${JSON.stringify(value)}\n\n`).join('');

const picture = (name: string): JsonObject => ({ type: 'image_url', image_url: { url: `https://pictures.example/${name}.png` } });

/** What its upstream was recorded to answer. */
export const soundOptions: ProviderContractOptions = {
  provider: sound,
  cases: [
    {
      title: 'text',
      operation: 'chat',
      input: {
        model: 'm',
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Grüße' }, picture('a'), picture('b'), picture('a')] }],
        user: 'u',
      },
      drops: ['user'],
      answers: [{ text: 'Grüße' }],
      stream: events({ text: 'Grü' }, { text: 'ße 🌍' }, { end: 'stop' }),
    },
    {
      title: 'tools',
      operation: 'chat',
      input: { model: 'm', messages: [{ role: 'user', content: 'Hello' }] },
      stream: events(
        { call: { index: 0, name: 'a', part: '{"x"' } },
        { call: { index: 1, name: 'b', part: '{}' } },
        { call: { index: 0, part: ':1}' } },
        { end: 'tool_calls' },
      ),
    },
    {
      title: 'two texts',
      operation: 'embeddings',
      input: { model: 'm', input: ['a', 'b'] },
      answers: [{ vector: [0.5, 1] }, { vector: [1, 0.5] }],
    },
  ],
  errors: [{ title: 'a sentence', status: 500, body: { error: 'Out of words.' }, means: { message: 'Out of words.' } }],
  models: { models: ['m', 'n'] },
  native: [
    {
      title: 'text',
      operation: 'talk',
      answer: { text: 'Hello', tokens: 2 },
      stream: events({ text: 'Hel' }, { text: 'lo' }, { end: 'stop' }),
      usage: { outputTokens: 2 },
    },
  ],
};
