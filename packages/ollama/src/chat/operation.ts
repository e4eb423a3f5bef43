import type { ProviderOperation } from '@ai-proxy/core';
import type { OllamaBehaviour } from '../options/read-ollama-options.ts';
import { toChatRequest } from './request/chat-request.ts';
import { remoteImages } from './request/remote-images.ts';
import { fromAnswer } from './response.ts';
import { createAnswerDecoder } from './stream/decoder.ts';

/** Chat, by `/api/chat`: pictures, sound, tools, thinking. */
export function chatOperation(behaviour: OllamaBehaviour): ProviderOperation {
  return {
    fetches: remoteImages,
    request: (input, call) => toChatRequest(input, call, behaviour),
    response: (body, call) => fromAnswer(body, call, behaviour),
    stream: { framing: 'ndjson', createDecoder: (call) => createAnswerDecoder(call, behaviour) },
  };
}
