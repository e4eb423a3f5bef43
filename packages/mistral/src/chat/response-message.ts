import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject, JsonValue, ProviderCall } from '@ai-proxy/core';
import { toArgumentsText } from './arguments.ts';
import { splitContent } from './content.ts';
import { generateToolCallId, givenId } from './generated-id.ts';

/** One message of what may be several: built-in tools make the assistant speak more than once. The last tool calls are the ones to answer. */
export function toMessage(messages: readonly JsonObject[], choice: number, call: ProviderCall): JsonObject {
  let text: string | undefined;
  let thinking: string | undefined;
  let calls: readonly JsonObject[] = [];
  let refusal: JsonValue = null;
  for (const message of messages) {
    const said = contentOf(message);
    if (said.text !== undefined) text = (text ?? '') + said.text;
    if (said.thinking !== '') thinking = thinking === undefined ? said.thinking : `${thinking}\n${said.thinking}`;
    if (Array.isArray(message['tool_calls']) && message['tool_calls'].length > 0) calls = message['tool_calls'].filter(isJsonObject);
    if (typeof message['refusal'] === 'string') refusal = message['refusal'];
  }
  const result: JsonObject = { role: 'assistant', content: text ?? (calls.length > 0 ? null : ''), refusal };
  if (thinking !== undefined) result['reasoning_content'] = thinking;
  if (calls.length > 0) result['tool_calls'] = calls.map((entry, position) => toToolCall(entry, choice, position, call));
  return result;
}

function contentOf(message: JsonObject): { readonly text: string | undefined; readonly thinking: string } {
  const { content } = message;
  const reasoning = message['reasoning_content'] ?? message['reasoning'];
  const given = typeof reasoning === 'string' ? reasoning : '';
  if (!Array.isArray(content)) return { text: typeof content === 'string' ? content : undefined, thinking: given };
  const { text, thinking } = splitContent(content, '\n');
  return { text, thinking: thinking === '' ? given : thinking };
}

function toToolCall(entry: JsonObject, choice: number, position: number, call: ProviderCall): JsonObject {
  const called = isJsonObject(entry['function']) ? entry['function'] : {};
  const { name } = called;
  return {
    id: givenId(entry['id']) ?? generateToolCallId(call, choice, position),
    type: 'function',
    function: { name: typeof name === 'string' ? name : '', arguments: toArgumentsText(called['arguments']) },
  };
}
