import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject, JsonValue, ProviderCall } from '@ai-proxy/core';
import { expectAnswer } from '../errors/unreadable-answer.ts';
import { failedGeneration } from './failed-generation.ts';
import { toFinishReason } from './finish-reason.ts';
import { withFunctionCall } from './legacy-functions.ts';
import { toMessage } from './response-message.ts';
import { toUsage } from './usage.ts';

/** What differs between the servers whose answers are read here. */
export interface ChatAnswerDialect {
  /** Keys of the answer beyond OpenAI's required ones that are handed on. */
  readonly carry: readonly string[];
  /** Whether a server error inside an answer may pass by itself. */
  readonly retryServerErrors: boolean;
  /** Whether the model is called what the caller's plan calls it, rather than what the server says. */
  readonly echoModel: boolean;
}

/** A whole answer in OpenAI's form. */
export function fromChatResponse(body: unknown, call: ProviderCall, dialect: ChatAnswerDialect): JsonObject {
  const answer = expectAnswer(body, 'choices', dialect.retryServerErrors);
  const { id, created, model, choices, usage } = answer;
  const result: JsonObject = {
    id: typeof id === 'string' && id !== '' ? id : call.id,
    object: 'chat.completion',
    created: typeof created === 'number' ? created : call.now(),
    model: !dialect.echoModel && typeof model === 'string' && model !== '' ? model : call.model,
    choices: Array.isArray(choices) ? choices.filter(isJsonObject).map((choice, position) => toChoice(choice, position, call)) : [],
  };
  const counted = toUsage(usage);
  if (counted !== undefined) result['usage'] = counted;
  for (const key of dialect.carry) {
    const value = answer[key];
    if (value !== undefined && value !== null) result[key] = value;
  }
  return withFunctionCall(result, call);
}

function toChoice(choice: JsonObject, position: number, call: ProviderCall): JsonObject {
  const { index, finish_reason: reason, logprobs } = choice;
  if (reason === 'error') throw failedGeneration();
  const number = typeof index === 'number' ? index : position;
  const message = toMessage(messagesOf(choice), number, call);
  return {
    index: number,
    message,
    logprobs: logprobs ?? null,
    finish_reason: toFinishReason(typeof reason === 'string' ? reason : 'stop', message['tool_calls'] !== undefined),
  };
}

function messagesOf(choice: JsonObject): readonly JsonObject[] {
  const { message, messages } = choice;
  if (isJsonObject(message)) return [message];
  return Array.isArray(messages) ? messages.filter(isAssistant) : [];
}

function isAssistant(message: JsonValue): message is JsonObject {
  return isJsonObject(message) && (message['role'] === undefined || message['role'] === null || message['role'] === 'assistant');
}
