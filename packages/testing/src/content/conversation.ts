import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { isObject, objectsOf, textOf } from '../json/json-object.ts';
import { countTokens } from './tokens.ts';

/** Tokens that stand for one part that is no text: an image, a document, a piece of audio. */
export const tokensPerMedium = 64;

/** All text of a message's content, whatever its form. */
export function contentText(content: JsonValue | undefined): string {
  if (typeof content === 'string') return content;
  return objectsOf(content)
    .map((part) => textOf(part.text) ?? '')
    .join('');
}

/** Tokens of a list of messages: the tokens of their texts and tool calls, and {@link tokensPerMedium} for each part that is no text. */
export function countPromptTokens(messages: readonly JsonObject[]): number {
  return messages.reduce((sum, message) => {
    const media = objectsOf(message.content).filter((part) => textOf(part.text) === undefined && part.type !== 'thinking').length;
    const calls = objectsOf(message.tool_calls).map((call) => JSON.stringify(isObject(call.function) ? call.function : {}));
    return sum + countTokens(contentText(message.content)) + media * tokensPerMedium + countTokens(calls.join(' '));
  }, 0);
}

export function lastUserText(messages: readonly JsonObject[]): string {
  return contentText(messages.findLast((message) => message.role === 'user')?.content);
}

/** The results of tools that stand at the end of the messages, in order. */
export function trailingToolResults(messages: readonly JsonObject[]): string[] {
  const from = messages.findLastIndex((message) => message.role !== 'tool') + 1;
  return messages.slice(from).map((message) => contentText(message.content));
}
