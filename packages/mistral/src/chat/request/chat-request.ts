import { applyFieldRules } from '@ai-proxy/core';
import type { JsonObject, ProviderCall } from '@ai-proxy/core';
import { rememberLegacyFunctions } from '../legacy-functions.ts';
import { chatFields } from './fields.ts';
import type { MessageOrderRepairs } from './message-order.ts';
import { repairMessageOrder } from './message-order.ts';
import { toMessages } from './messages.ts';
import { writeTools } from './tool-fields.ts';

export interface ChatRequestOptions {
  readonly repair: MessageOrderRepairs;
  readonly thinkingInHistory: 'send' | 'drop';
}

/** OpenAI's chat request as Mistral's. Every object that goes up is built here key by key, because one unknown key is a 422. */
export function toChatRequest(input: JsonObject, call: ProviderCall, options: ChatRequestOptions): JsonObject {
  const messages = toMessages(input['messages'], call, options.thinkingInHistory);
  const body: JsonObject = { model: call.model, messages: repairMessageOrder(messages, options.repair, call) };
  if (call.stream) body['stream'] = true;
  applyFieldRules(chatFields, { input, body, call });
  writeTools(body, input, call);
  // The older form has room for one call in an answer.
  if (rememberLegacyFunctions(input, call)) body['parallel_tool_calls'] = false;
  return body;
}
