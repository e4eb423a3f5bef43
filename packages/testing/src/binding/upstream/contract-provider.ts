import { defineProvider, inferenceRoute, isJsonObject, ProxyError, relayRoute } from '@ai-proxy/core';
import type { Frame, JsonObject, ModelInfo, NativeSurface, Provider, ProviderOperation } from '@ai-proxy/core';

/** The operator's credential: it goes up, and nothing that comes down may hold it. */
export const operatorKey = 'operator-credential-of-the-contract';

/** The provider behind a binding that is being asked: an upstream that speaks OpenAI's form, and beside it both framings and opaque routes of its own. */
export function contractProvider(baseURL: string): Provider {
  return defineProvider({
    name: 'contract',
    system: 'contract',
    baseURL,
    apiKey: operatorKey,
    operations: { chat },
    models: { path: '/v1/models', read: readModels },
    error: ({ status, body }) => ({ message: messageIn(body) ?? `HTTP ${status}` }),
    native,
  });
}

const chat: ProviderOperation = {
  request: (input, call) => ({ path: '/v1/chat/completions', body: { ...input, model: call.model } }),
  response(body) {
    if (isJsonObject(body)) return body;
    throw new ProxyError('The upstream of the contract answered with no object.', { status: 502, code: 'upstream_garbage' });
  },
  stream: {
    framing: 'sse',
    createDecoder() {
      let isComplete = false;
      return {
        decode({ data }) {
          const chunk = parseObject(data);
          if (chunk === undefined) isComplete ||= data === '[DONE]';
          return chunk === undefined ? [] : [chunk];
        },
        end: () => ({ chunks: [], complete: isComplete }),
      };
    },
  },
};

const native: NativeSurface = {
  routes: [
    inferenceRoute('chat', '/v1/chat/completions', 'sse'),
    inferenceRoute('generate', '/v1/generate', 'ndjson'),
    relayRoute('files', ['GET', 'POST'], '/v1/files'),
    relayRoute('files', ['GET', 'POST', 'DELETE'], '/v1/files/:id'),
    relayRoute('files', ['GET'], '/v1/files/:id/content'),
    relayRoute('realtime', ['GET'], '/v1/realtime'),
  ],
  optionalPrefix: 'v1',
  readUsage: () => undefined,
  createWatcher() {
    let isDone = false;
    return {
      see({ data }: Frame) {
        isDone ||= data === '[DONE]' || parseObject(data)?.['done'] === true;
        return { commits: true };
      },
      isDone: () => isDone,
      isComplete: () => isDone,
    };
  },
  errorBody: (error) => ({ error: error.message }),
  errorFrame: (error, framing) => {
    const text = JSON.stringify({ error: error.message });
    return framing === 'sse' ? `data: ${text}\n\n` : `${text}\n`;
  },
};

const readModels = (body: unknown): ModelInfo[] =>
  isJsonObject(body) && Array.isArray(body['data'])
    ? body['data'].flatMap((entry) => (isJsonObject(entry) && typeof entry['id'] === 'string' ? [{ id: entry['id'] }] : []))
    : [];

const messageIn = (body: unknown): string | undefined => {
  const error = isJsonObject(body) ? body['error'] : undefined;
  const message = isJsonObject(error) ? error['message'] : error;
  return typeof message === 'string' ? message : undefined;
};

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
