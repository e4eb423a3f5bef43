import type { ProviderOperation } from '@ai-proxy/core';
import { mistralDialect } from '../chat/mistral-dialect.ts';
import { fromChatResponse } from '../chat/response.ts';
import { createChatDecoder } from '../chat/stream/decoder.ts';
import type { CompletionsOptions } from './completions-request.ts';
import { toCompletionsRequest } from './completions-request.ts';
import { toTextCompletion, toTextCompletionDecoder } from './text-completion.ts';

/** OpenAI's older completions. Whichever way they went up, they come back as chat and are turned into text. */
export function completionsOperation(options: CompletionsOptions): ProviderOperation {
  return {
    request: (input, call) => toCompletionsRequest(input, call, options),
    response: (body, call) => toTextCompletion(fromChatResponse(body, call, mistralDialect)),
    stream: { framing: 'sse', createDecoder: (call) => toTextCompletionDecoder(createChatDecoder(call, mistralDialect)) },
  };
}
