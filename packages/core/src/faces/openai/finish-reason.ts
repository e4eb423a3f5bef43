import type { JsonValue } from '../../json/json.ts';

const chatReasons: ReadonlySet<unknown> = new Set(['stop', 'length', 'tool_calls', 'content_filter', 'function_call']);
const textReasons: ReadonlySet<unknown> = new Set(['stop', 'length', 'content_filter']);

/** A reason from OpenAI's list for chat; another word becomes `stop`, for clients switch over the list. Null where the answer goes on. */
export function chatFinishReason(reason: JsonValue | undefined): JsonValue {
  return oneOf(chatReasons, reason);
}

/** The same for text completions, whose list is shorter. */
export function textFinishReason(reason: JsonValue | undefined): JsonValue {
  return oneOf(textReasons, reason);
}

function oneOf(reasons: ReadonlySet<unknown>, reason: JsonValue | undefined): JsonValue {
  if (reason === undefined || reason === null) return null;
  return reasons.has(reason) ? reason : 'stop';
}
