import { invalidParameter, isJsonObject } from '@ai-proxy/core';
import type { JsonObject, JsonValue, ProviderCall } from '@ai-proxy/core';
import { reportUnknownKeys } from '../../requests/closed-object.ts';
import { toAssistantMessage } from './assistant-message.ts';
import { readContent, writeContent } from './content.ts';
import type { MessageContext } from './message-context.ts';

const knownOfSimple = new Set(['role', 'content']);
const knownOfTool = new Set(['role', 'content', 'tool_call_id', 'name', 'tool_name']);

/** OpenAI's messages as Ollama's, one for one. */
export function toMessages(messages: JsonValue | undefined, call: ProviderCall): JsonObject[] {
  // Without messages Ollama would only load the model, or unload it.
  if (!Array.isArray(messages) || messages.length === 0) {
    throw invalidParameter('messages', '`messages` must be a list of messages, not empty');
  }
  const context: MessageContext = { call, calledNames: new Map() };
  return messages.map((message, index) => toMessage(message, `messages[${index}]`, context));
}

function toMessage(message: JsonValue, path: string, context: MessageContext): JsonObject {
  if (!isJsonObject(message)) throw invalidParameter(path, `\`${path}\` must be an object with a role`);
  switch (message['role']) {
    case 'system':
    case 'developer':
      return toSimpleMessage('system', message, path, context);
    case 'user':
      return toSimpleMessage('user', message, path, context);
    case 'assistant':
      return toAssistantMessage(message, path, context);
    case 'tool':
    case 'function':
      return toToolMessage(message, path, context);
    default:
      throw invalidParameter(`${path}.role`, `\`${path}.role\` must be system, developer, user, assistant, tool or function`);
  }
}

function toSimpleMessage(role: string, message: JsonObject, path: string, { call }: MessageContext): JsonObject {
  reportUnknownKeys(message, knownOfSimple, path, call);
  const result: JsonObject = { role };
  writeContent(result, readContent(message['content'], `${path}.content`, call));
  return result;
}

/** A tool's answer. Templates want the name of the tool, which OpenAI's callers leave to the id of the call. */
function toToolMessage(message: JsonObject, path: string, { call, calledNames }: MessageContext): JsonObject {
  reportUnknownKeys(message, knownOfTool, path, call);
  const result: JsonObject = { role: 'tool' };
  writeContent(result, readContent(message['content'], `${path}.content`, call));
  const { tool_call_id: id, name, tool_name: toolName } = message;
  const given = typeof name === 'string' && name !== '' ? name : toolName;
  const known = typeof given === 'string' && given !== '' ? given : typeof id === 'string' ? calledNames.get(id) : undefined;
  if (known !== undefined) result['tool_name'] = known;
  if (typeof id === 'string') result['tool_call_id'] = id;
  return result;
}
