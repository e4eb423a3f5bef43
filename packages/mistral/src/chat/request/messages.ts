import { invalidParameter, isJsonObject } from '@ai-proxy/core';
import type { JsonObject, JsonValue, ProviderCall } from '@ai-proxy/core';
import { reportUnknownKeys } from '../../requests/closed-object.ts';
import { toAssistantMessage } from './assistant-message.ts';
import { toContent } from './content.ts';
import { createFunctionCalls } from './function-messages.ts';
import type { MessageContext } from './message-context.ts';
import { createToolCallIds } from './tool-call-ids.ts';

const knownOfSimple = new Set(['role', 'content']);
const knownOfTool = new Set(['role', 'content', 'tool_call_id', 'name']);
const knownOfFunction = new Set(['role', 'content', 'name']);
const allowedInSystem = new Set<unknown>(['text', 'thinking']);

/** OpenAI's messages as Mistral's, one for one. */
export function toMessages(messages: JsonValue | undefined, call: ProviderCall, thinkingInHistory: 'send' | 'drop'): JsonObject[] {
  if (!Array.isArray(messages)) throw invalidParameter('messages', '`messages` must be a list of messages');
  const ids = createToolCallIds(messages);
  const context: MessageContext = { call, ids, functionCalls: createFunctionCalls(ids), thinkingInHistory };
  return messages.map((message, index) => toMessage(message, `messages[${index}]`, context));
}

function toMessage(message: JsonValue, path: string, context: MessageContext): JsonObject {
  if (!isJsonObject(message)) throw invalidParameter(path, `\`${path}\` must be an object with a role`);
  switch (message['role']) {
    case 'system':
    case 'developer':
      return toSystemMessage(message, path, context.call);
    case 'user':
      reportUnknownKeys(message, knownOfSimple, path, context.call);
      return { role: 'user', content: toContent(message['content'], `${path}.content`, context.call) };
    case 'assistant':
      return toAssistantMessage(message, path, context);
    case 'tool':
      return toToolMessage(message, path, context);
    case 'function':
      return toAnsweredFunction(message, path, context);
    default:
      throw invalidParameter(`${path}.role`, `\`${path}.role\` must be system, developer, user, assistant, tool or function`);
  }
}

function toSystemMessage(message: JsonObject, path: string, call: ProviderCall): JsonObject {
  reportUnknownKeys(message, knownOfSimple, path, call);
  const content = toContent(message['content'], `${path}.content`, call);
  if (typeof content === 'object' && content !== null) {
    const wrong = content.findIndex((chunk) => !allowedInSystem.has(chunk['type']));
    if (wrong >= 0) throw invalidParameter(`${path}.content[${wrong}]`, `\`${path}.content[${wrong}]\`: a system message holds text only`);
  }
  return { role: 'system', content: content ?? '' };
}

function toToolMessage(message: JsonObject, path: string, context: MessageContext): JsonObject {
  reportUnknownKeys(message, knownOfTool, path, context.call);
  const result: JsonObject = { role: 'tool', content: toContent(message['content'], `${path}.content`, context.call) };
  const { tool_call_id: id, name } = message;
  if (typeof id === 'string') result['tool_call_id'] = context.ids(id);
  if (typeof name === 'string') result['name'] = name;
  return result;
}

function toAnsweredFunction(message: JsonObject, path: string, context: MessageContext): JsonObject {
  reportUnknownKeys(message, knownOfFunction, path, context.call);
  const name = message['name'];
  const id = typeof name === 'string' ? context.functionCalls.answer(name) : undefined;
  if (id === undefined || typeof name !== 'string') {
    throw invalidParameter(
      `${path}.name`,
      `\`${path}\` answers no function_call before it: \`name\` must be the name of the function that was called`,
    );
  }
  return { role: 'tool', content: toContent(message['content'], `${path}.content`, context.call), tool_call_id: id, name };
}
