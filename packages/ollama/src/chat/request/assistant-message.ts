import { invalidParameter, isJsonObject, unsupportedParameter } from '@ai-proxy/core';
import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { reportUnknownKeys } from '../../requests/closed-object.ts';
import { toArgumentsObject } from './arguments-object.ts';
import type { MessageContent } from './content.ts';
import { readContent, writeContent } from './content.ts';
import type { MessageContext } from './message-context.ts';

const knownOfMessage = new Set([
  'role',
  'content',
  'reasoning',
  'reasoning_content',
  'tool_calls',
  'function_call',
  'refusal',
  'annotations',
]);
const knownOfCall = new Set(['id', 'type', 'index', 'function']);
const knownOfFunction = new Set(['name', 'arguments']);

/** An earlier answer, sent back by the caller. */
export function toAssistantMessage(message: JsonObject, path: string, context: MessageContext): JsonObject {
  const { call } = context;
  reportUnknownKeys(message, knownOfMessage, path, call);
  const { annotations, refusal } = message;
  if (Array.isArray(annotations) ? annotations.length > 0 : annotations !== undefined && annotations !== null) {
    call.drop(`${path}.annotations`, 'unknown to the provider');
  }
  const content = readContent(message['content'], `${path}.content`, call);
  const said = content.texts.length === 0 && typeof refusal === 'string' ? { ...content, texts: [refusal] } : content;
  const result: JsonObject = { role: 'assistant' };
  writeContent(result, said);
  const thinking = toThinking(message, content);
  if (thinking !== '') result['thinking'] = thinking;
  const calls = toToolCalls(message, path, context);
  if (calls.length > 0) result['tool_calls'] = calls;
  return result;
}

/** The thinking under whichever of its names; the two fields are two names of one text. */
function toThinking(message: JsonObject, { thoughts }: MessageContent): string {
  for (const text of [message['reasoning_content'], message['reasoning']]) {
    if (typeof text === 'string' && text !== '') return text;
  }
  return thoughts.join('\n');
}

function toToolCalls(message: JsonObject, path: string, context: MessageContext): JsonObject[] {
  const { tool_calls: calls, function_call: legacy } = message;
  const result = Array.isArray(calls) ? calls.map((call, index) => toToolCall(call, `${path}.tool_calls[${index}]`, context)) : [];
  if (!Array.isArray(calls) && calls !== undefined && calls !== null) {
    throw invalidParameter(`${path}.tool_calls`, `\`${path}.tool_calls\` must be a list`);
  }
  if (legacy === undefined || legacy === null) return result;
  if (result.length > 0) {
    context.call.drop(`${path}.function_call`, 'tool_calls wins');
    return result;
  }
  return [{ function: toFunction(legacy, `${path}.function_call`, context) }];
}

function toToolCall(call: JsonValue, path: string, context: MessageContext): JsonObject {
  if (!isJsonObject(call)) throw invalidParameter(path, `\`${path}\` must be an object`);
  if (call['type'] !== undefined && call['type'] !== 'function') {
    throw unsupportedParameter(`${path}.type`, `Ollama has function calls only; \`${path}.type\` must be function`);
  }
  reportUnknownKeys(call, knownOfCall, path, context.call);
  const { id } = call;
  const called = toFunction(call['function'], `${path}.function`, context);
  if (typeof id !== 'string' || id === '') return { function: called };
  context.calledNames.set(id, called.name);
  return { id, function: called };
}

function toFunction(called: JsonValue | undefined, path: string, { call }: MessageContext): JsonObject & { name: string } {
  if (!isJsonObject(called) || typeof called['name'] !== 'string') {
    throw invalidParameter(path, `\`${path}\` must be an object with name and arguments`);
  }
  reportUnknownKeys(called, knownOfFunction, path, call);
  return { name: called['name'], arguments: toArgumentsObject(called['arguments'], `${path}.arguments`) };
}
