import type { JsonObject } from '@ai-proxy/core';
import { badRequest } from './bad-request.ts';
import { readObject, readObjects, readString, readStrings } from './go-values.ts';
import { toMediaPart } from './media-part.ts';
import { createToolCallIds } from './tool-call-ids.ts';
import type { ToolCallIds } from './tool-call-ids.ts';

const place = 'ChatRequest.messages';

/** Ollama's messages as OpenAI's, one for one. */
export function toMessages(messages: readonly JsonObject[]): JsonObject[] {
  const ids = createToolCallIds(messages);
  return messages.map((message, index) => toMessage(message, `messages[${index}]`, ids));
}

/** Text and media as one content: a plain text where there is nothing but text. */
export function toContent(text: string, images: readonly string[], path: string): string | JsonObject[] {
  if (images.length === 0) return text;
  const media = images.map((data, index) => toMediaPart(data, `${path}[${index}]`));
  return text === '' ? media : [{ type: 'text', text }, ...media];
}

function toMessage(message: JsonObject, path: string, ids: ToolCallIds): JsonObject {
  const role = (readString(message, 'role', place) ?? '').toLowerCase();
  const text = readString(message, 'content', place) ?? '';
  const content = toContent(text, readStrings(message, 'images', place, 'api.ImageData'), `${path}.images`);
  switch (role) {
    case 'system':
    case 'user':
      return { role, content };
    case 'assistant':
      return toAssistantMessage(message, content, ids);
    case 'tool':
      return toToolMessage(message, content, ids);
    default:
      throw badRequest(
        `invalid message role ${JSON.stringify(role.slice(0, 32))}: it must be system, user, assistant or tool`,
        `${path}.role`,
      );
  }
}

function toAssistantMessage(message: JsonObject, content: string | JsonObject[], ids: ToolCallIds): JsonObject {
  const calls = readObjects(message, 'tool_calls', place, 'api.ToolCall').map((call) => toToolCall(call, ids));
  const thinking = readString(message, 'thinking', place) ?? '';
  const result: JsonObject = { role: 'assistant', content: content === '' && calls.length > 0 ? null : content };
  if (thinking !== '') result['reasoning_content'] = thinking;
  if (calls.length > 0) result['tool_calls'] = calls;
  return result;
}

function toToolCall(call: JsonObject, ids: ToolCallIds): JsonObject {
  const inCall = `${place}.tool_calls`;
  const called = readObject(call, 'function', inCall) ?? {};
  const name = readString(called, 'name', `${inCall}.function`) ?? '';
  const written = readObject(called, 'arguments', `${inCall}.function`) ?? {};
  const id = ids.called(readString(call, 'id', inCall) || undefined, name);
  return { id, type: 'function', function: { name, arguments: JSON.stringify(written) } };
}

function toToolMessage(message: JsonObject, content: string | JsonObject[], ids: ToolCallIds): JsonObject {
  const name = readString(message, 'tool_name', place) || undefined;
  const id = ids.answered(readString(message, 'tool_call_id', place) || undefined, name);
  return { role: 'tool', content, tool_call_id: id, ...(name === undefined ? {} : { name }) };
}
