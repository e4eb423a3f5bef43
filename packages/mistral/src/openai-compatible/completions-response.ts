import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject, ProviderCall } from '@ai-proxy/core';
import type { ChatAnswerDialect } from '../chat/response.ts';
import { toUsage } from '../chat/usage.ts';
import { expectAnswer } from '../errors/unreadable-answer.ts';

/** A whole answer of the older completions, which these servers speak themselves. */
export function fromCompletionsResponse(body: unknown, call: ProviderCall, dialect: ChatAnswerDialect): JsonObject {
  const answer = expectAnswer(body, 'choices', dialect.retryServerErrors);
  const { id, created, choices, usage } = answer;
  const result: JsonObject = {
    id: typeof id === 'string' && id !== '' ? id : `cmpl-${call.id}`,
    object: 'text_completion',
    created: typeof created === 'number' ? created : call.now(),
    model: call.model,
    choices: Array.isArray(choices) ? choices.filter(isJsonObject).map(toTextChoice) : [],
  };
  const counted = toUsage(usage);
  if (counted !== undefined) result['usage'] = counted;
  for (const key of dialect.carry) {
    const value = answer[key];
    if (value !== undefined && value !== null) result[key] = value;
  }
  return result;
}

function toTextChoice(choice: JsonObject, position: number): JsonObject {
  const { text, index, logprobs, finish_reason: reason } = choice;
  return {
    text: typeof text === 'string' ? text : '',
    index: typeof index === 'number' ? index : position,
    logprobs: logprobs ?? null,
    finish_reason: typeof reason === 'string' ? reason : 'stop',
  };
}
