import type { JsonObject, UpstreamRequest } from '@ai-proxy/core';
import { ollama } from '../../src/index.ts';
import type { OllamaOptions } from '../../src/index.ts';
import type { RecordedCall } from '../provider-call.ts';
import { providerCall } from '../provider-call.ts';

export interface SentChat {
  readonly path: string;
  readonly body: JsonObject;
  readonly dropped: readonly string[];
}

export const hello: JsonObject[] = [{ role: 'user', content: 'Hello' }];

/** What goes up for a chat request, and what was reported. */
export function sendChat(input: JsonObject, options: OllamaOptions = {}, call: RecordedCall = providerCall()): SentChat {
  const request = ollama(options).operations.chat?.request({ model: 'alias', messages: hello, ...input }, call) as UpstreamRequest;
  return { path: request.path, body: request.body ?? {}, dropped: call.dropped };
}

/** The messages that go up. */
export function sendMessages(messages: JsonObject[]): { messages: unknown; dropped: readonly string[] } {
  const { body, dropped } = sendChat({ messages });
  return { messages: body['messages'], dropped };
}
