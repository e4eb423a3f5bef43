import { invalidParameter } from '@ai-proxy/core';
import type { JsonObject, ProviderCall, UpstreamRequest, UpstreamRequests } from '@ai-proxy/core';
import type { ChatRequestOptions } from '../chat/request/chat-request.ts';
import { toChatRequest } from '../chat/request/chat-request.ts';
import { fimPath, isKnownWithoutFim, toFimBody } from '../fim/fim-request.ts';
import { combineCompletions } from './combine.ts';
import { readPrompts } from './prompts.ts';

export interface CompletionsOptions extends ChatRequestOptions {
  readonly completionsAsChat: boolean;
}

/** An older completion as fill-in-the-middle, or as a chat call where the operator allows that and the model cannot fill in. */
export function toCompletionsRequest(
  input: JsonObject,
  call: ProviderCall,
  options: CompletionsOptions,
): UpstreamRequest | UpstreamRequests {
  const [first, ...others] = readPrompts(input['prompt']);
  const request = options.completionsAsChat && isKnownWithoutFim(call) ? asChat(input, first, call, options) : asFim(input, first, call);
  if (others.length === 0) return request.of(first);
  if (call.stream) throw invalidParameter('prompt', 'several prompts cannot be streamed; send them one by one, or without `stream`');
  return { requests: [first, ...others].map(request.of), combine: combineCompletions };
}

interface RequestForPrompt {
  of(prompt: string): UpstreamRequest;
}

// Both build the body once and change only the prompt, so that what is dropped is reported once.
function asFim(input: JsonObject, first: string, call: ProviderCall): RequestForPrompt {
  const body = toFimBody(input, first, call);
  return { of: (prompt) => ({ path: fimPath, body: { ...body, prompt } }) };
}

const harmless: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['echo', false],
  ['best_of', 1],
]);

function asChat(input: JsonObject, first: string, call: ProviderCall, options: ChatRequestOptions): RequestForPrompt {
  const { prompt: _, ...fields } = input;
  for (const [field, value] of harmless) {
    if (fields[field] === value) delete fields[field];
  }
  const body = toChatRequest({ ...fields, messages: [{ role: 'user', content: first }] }, call, options);
  return { of: (prompt) => ({ path: '/v1/chat/completions', body: { ...body, messages: [{ role: 'user', content: prompt }] } }) };
}
