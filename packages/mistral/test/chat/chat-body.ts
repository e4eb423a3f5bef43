import type { JsonObject, UpstreamRequest } from '@ai-proxy/core';
import { mistral } from '../../src/index.ts';
import type { MistralOptions } from '../../src/index.ts';
import type { RecordedCall } from '../provider-call.ts';
import { providerCall } from '../provider-call.ts';

export interface SentChat {
  readonly body: JsonObject;
  readonly dropped: readonly string[];
}

export const hello: JsonObject[] = [{ role: 'user', content: 'Hello' }];

/** What goes up for a chat request, and what was reported. */
export function sendChat(input: JsonObject, options: MistralOptions = {}, call: RecordedCall = providerCall()): SentChat {
  const request = mistral(options).operations.chat?.request({ model: 'alias', messages: hello, ...input }, call) as UpstreamRequest;
  return { body: request.body ?? {}, dropped: call.dropped };
}

/** The messages that go up. */
export function sendMessages(messages: JsonObject[], options: MistralOptions = {}): { messages: unknown; dropped: readonly string[] } {
  const { body, dropped } = sendChat({ messages }, options);
  return { messages: body['messages'], dropped };
}
