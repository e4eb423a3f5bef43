import type { JsonObject } from '@ai-proxy/core';
import { truthOf } from '../content/compose.ts';
import type { Composition } from '../content/compose.ts';
import { alphanumericId } from '../content/identifiers.ts';
import { json } from '../server/answer.ts';
import type { JsonAnswer } from '../server/answer.ts';

/** What an answer says about itself. */
export interface AnswerIdentity {
  /** 32 hexadecimal digits. */
  readonly id: string;
  readonly model: string;
  readonly created: number;
}

/** A whole chat or FIM answer. */
export function chatAnswer(composition: Composition, identity: AnswerIdentity): JsonAnswer {
  const { calls, texts, thinking } = composition;
  const choices =
    calls.length > 0
      ? // Recorded answers have no content here, and no type or index on the calls.
        [
          {
            index: 0,
            finish_reason: composition.finish,
            message: { role: 'assistant', tool_calls: calls.map((call, index) => toolCall(call, identity.id, index)) },
          },
        ]
      : texts.map((text, index) => ({
          index,
          finish_reason: composition.finish,
          message: {
            role: 'assistant',
            tool_calls: null,
            content: thinking === '' ? text : [thinkingChunk(thinking), { type: 'text', text }],
          },
        }));
  const body = {
    id: identity.id,
    object: 'chat.completion',
    created: identity.created,
    model: identity.model,
    usage: usageOf(composition),
    choices,
  };
  return { ...json(200, body), truth: truthOf(composition) };
}

export function usageOf(composition: Composition): JsonObject {
  const { promptTokens, completionTokens } = composition;
  return { prompt_tokens: promptTokens, completion_tokens: completionTokens, total_tokens: promptTokens + completionTokens };
}

export function toolCall(call: { readonly name: string; readonly arguments: string }, seed: string, index: number): JsonObject {
  return { id: alphanumericId(`call ${seed} ${index}`, 9), function: { name: call.name, arguments: call.arguments } };
}

export function thinkingChunk(text: string): JsonObject {
  return { type: 'thinking', thinking: [{ type: 'text', text }] };
}
