import type { ProviderOperation } from '@ai-proxy/core';
import { fromAnswer } from '../chat/response.ts';
import { createAnswerDecoder } from '../chat/stream/decoder.ts';
import type { OllamaBehaviour } from '../options/read-ollama-options.ts';
import { toCompletionsRequest } from './completions-request.ts';
import { toTextCompletion, toTextCompletionDecoder } from './text-completion.ts';

/** OpenAI's older completions, by `/api/generate`. */
export function completionsOperation(behaviour: OllamaBehaviour): ProviderOperation {
  return {
    request: (input, call) => toCompletionsRequest(input, call, behaviour),
    response: (body, call) => toTextCompletion(fromAnswer(body, call, behaviour)),
    stream: {
      framing: 'ndjson',
      createDecoder: (call) => toTextCompletionDecoder(createAnswerDecoder(call, behaviour), call),
    },
  };
}
