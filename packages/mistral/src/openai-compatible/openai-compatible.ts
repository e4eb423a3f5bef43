import { defineProvider } from '@ai-proxy/core';
import type { CanonicalOperation, Provider, ProviderOperation } from '@ai-proxy/core';
import { fromChatResponse } from '../chat/response.ts';
import { createChatDecoder } from '../chat/stream/decoder.ts';
import { fromEmbeddingsResponse } from '../embeddings/embeddings-response.ts';
import { compatibleAnswerHeaders } from './answer-headers.ts';
import { createCompletionsDecoder } from './completions-decoder.ts';
import { fromCompletionsResponse } from './completions-response.ts';
import { compatibleDialect } from './dialect.ts';
import { toCompatibleFailure } from './failure.ts';
import { compatibleModels } from './models.ts';
import { compatibleNative } from './native/surface.ts';
import type { OpenAICompatibleOptions, ReadCompatibleOptions } from './options.ts';
import { readCompatibleOptions } from './options.ts';
import { toCompatibleBody, toCompatibleChatRequest } from './request/chat-request.ts';
import { withoutNulls } from './request/open-object.ts';

/**
 * A server that speaks OpenAI's words as a provider: llama-server or llama-cpp-python with a GGUF file, vLLM and the like. Always asked
 * under `/v1/`, because llama-server answers in another dialect without it. Fill-in-the-middle is not among the canonical operations:
 * llama-server's `/infill` is another request with another answer and is reached on the native route.
 */
export function openaiCompatible(options: OpenAICompatibleOptions): Provider {
  const read = readCompatibleOptions(options);
  return defineProvider({
    name: read.name,
    system: 'openai',
    baseURL: read.baseURL,
    ...(options.apiKey === undefined || options.apiKey === '' ? {} : { apiKey: options.apiKey }),
    ...(options.headers === undefined ? {} : { headers: options.headers }),
    operations: operationsOf(read),
    models: compatibleModels,
    answerHeaders: compatibleAnswerHeaders,
    error: toCompatibleFailure,
    native: compatibleNative(read.open),
  });
}

function operationsOf(options: ReadCompatibleOptions): Partial<Record<CanonicalOperation, ProviderOperation>> {
  const dialect = compatibleDialect(options);
  return {
    chat: {
      request: (input, call) => ({ path: '/v1/chat/completions', body: toCompatibleChatRequest(input, call, options) }),
      response: (body, call) => fromChatResponse(body, call, dialect),
      stream: { framing: 'sse', createDecoder: (call) => createChatDecoder(call, dialect) },
    },
    completions: {
      request: (input, call) => ({ path: '/v1/completions', body: toCompatibleBody(input, call, options) }),
      response: (body, call) => fromCompletionsResponse(body, call, dialect),
      stream: { framing: 'sse', createDecoder: (call) => createCompletionsDecoder(call, dialect) },
    },
    embeddings: {
      request: (input, call) => {
        const body = withoutNulls(input);
        // Numbers come by default, and are all that every server can give; the encoding is made on the way to the caller.
        delete body['encoding_format'];
        body['model'] = call.model;
        return { path: '/v1/embeddings', body };
      },
      response: (body, call) => fromEmbeddingsResponse(body, call, dialect),
    },
  };
}
