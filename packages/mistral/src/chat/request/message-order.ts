import type { JsonObject, JsonValue, ProviderCall } from '@ai-proxy/core';

/**
 * Repairs for histories that Mistral refuses because of their order. Each changes what the model is shown and is therefore off until
 * it is switched on.
 */
export interface MessageOrderRepairs {
  /** System messages after the first other message are appended to the first system message. */
  readonly mergeLateSystemMessages?: boolean;
  /** A short assistant message is put between a tool's answer and the user's next message. */
  readonly answerBetweenToolAndUser?: boolean;
  /** Tool messages that answer no call before them are left out, and reported. */
  readonly dropUnansweredToolMessages?: boolean;
  /** Assistant messages with neither content nor tool calls are left out. */
  readonly dropEmptyAssistantMessages?: boolean;
  /** An assistant message at the end is marked as the beginning of the answer. */
  readonly prefixTrailingAssistant?: boolean;
}

export const repairNames: readonly (keyof MessageOrderRepairs)[] = [
  'mergeLateSystemMessages',
  'answerBetweenToolAndUser',
  'dropUnansweredToolMessages',
  'dropEmptyAssistantMessages',
  'prefixTrailingAssistant',
];

/** Runs the repairs that are switched on; messages come in one for one as the caller sent them. */
export function repairMessageOrder(messages: JsonObject[], repairs: MessageOrderRepairs, call: ProviderCall): JsonObject[] {
  let repaired = messages;
  // First, while positions are still the caller's, so that reports name the message that he knows.
  if (repairs.dropUnansweredToolMessages === true) repaired = dropUnansweredToolMessages(repaired, call);
  if (repairs.dropEmptyAssistantMessages === true) repaired = repaired.filter((message) => !isEmptyAssistant(message));
  if (repairs.mergeLateSystemMessages === true) repaired = mergeLateSystemMessages(repaired);
  if (repairs.answerBetweenToolAndUser === true) repaired = answerBetweenToolAndUser(repaired);
  if (repairs.prefixTrailingAssistant === true) repaired = prefixTrailingAssistant(repaired);
  return repaired;
}

function dropUnansweredToolMessages(messages: readonly JsonObject[], call: ProviderCall): JsonObject[] {
  const open = new Set<JsonValue | undefined>();
  return messages.filter((message, index) => {
    for (const id of calledIds(message)) open.add(id);
    if (message['role'] !== 'tool') return true;
    if (open.delete(message['tool_call_id'])) return true;
    call.drop(`messages[${index}]`, 'answers no tool call');
    return false;
  });
}

function calledIds(message: JsonObject): (JsonValue | undefined)[] {
  const calls = message['tool_calls'];
  return Array.isArray(calls) ? calls.map((call) => (call as JsonObject)['id']) : [];
}

function isEmptyAssistant(message: JsonObject): boolean {
  if (message['role'] !== 'assistant' || message['tool_calls'] !== undefined) return false;
  const content = message['content'];
  return content === '' || (Array.isArray(content) && content.length === 0);
}

function mergeLateSystemMessages(messages: readonly JsonObject[]): JsonObject[] {
  const firstOther = messages.findIndex((message) => message['role'] !== 'system');
  if (firstOther < 0) return [...messages];
  const late = messages.filter((message, index) => index > firstOther && message['role'] === 'system');
  if (late.length === 0) return [...messages];
  const [first, ...others] = messages.filter((message) => !late.includes(message));
  if (first === undefined) return [...messages];
  return first['role'] === 'system' ? [mergeSystem([first, ...late]), ...others] : [mergeSystem(late), first, ...others];
}

function mergeSystem(messages: readonly JsonObject[]): JsonObject {
  const contents = messages.map((message) => message['content'] ?? '');
  if (contents.every((content) => typeof content === 'string')) return { role: 'system', content: contents.join('\n\n') };
  const chunks = contents.flatMap((content) => (Array.isArray(content) ? content : [{ type: 'text', text: content }]));
  return { role: 'system', content: chunks };
}

function answerBetweenToolAndUser(messages: readonly JsonObject[]): JsonObject[] {
  return messages.flatMap((message, index) =>
    message['role'] === 'user' && messages[index - 1]?.['role'] === 'tool'
      ? [{ role: 'assistant', content: 'Understood.' }, message]
      : [message],
  );
}

function prefixTrailingAssistant(messages: readonly JsonObject[]): JsonObject[] {
  const last = messages.at(-1);
  if (last === undefined || last['role'] !== 'assistant' || last['tool_calls'] !== undefined) return [...messages];
  return [...messages.slice(0, -1), { ...last, prefix: true }];
}
