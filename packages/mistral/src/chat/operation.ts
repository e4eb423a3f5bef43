import type { ProviderOperation } from '@ai-proxy/core';
import { mistralDialect } from './mistral-dialect.ts';
import type { ChatRequestOptions } from './request/chat-request.ts';
import { toChatRequest } from './request/chat-request.ts';
import { fromChatResponse } from './response.ts';
import { createChatDecoder } from './stream/decoder.ts';

/** Chat, with everything that Mistral's chat can do: pictures, documents, tools, thinking. */
export function chatOperation(options: ChatRequestOptions): ProviderOperation {
  return {
    request: (input, call) => ({ path: '/v1/chat/completions', body: toChatRequest(input, call, options) }),
    response: (body, call) => fromChatResponse(body, call, mistralDialect),
    stream: { framing: 'sse', createDecoder: (call) => createChatDecoder(call, mistralDialect) },
  };
}
