import { invalidParameter, isJsonObject } from '@ai-proxy/core';
import type { JsonObject, JsonValue } from '@ai-proxy/core';
import type { FunctionCalls } from '../../chat/request/function-messages.ts';
import { createFunctionCalls } from '../../chat/request/function-messages.ts';
import type { ToolCallIds } from '../../chat/request/tool-call-ids.ts';
import { createToolCallIds } from '../../chat/request/tool-call-ids.ts';
import type { ReadCompatibleOptions } from '../options.ts';
import { toCompatibleContent } from './content.ts';
import { withoutNulls } from './open-object.ts';

interface MessageContext {
  readonly ids: ToolCallIds;
  readonly functionCalls: FunctionCalls;
  readonly nullContentWithCalls: boolean;
}

/** Messages nearly as they came: roles that not every server has are renamed, and content that is missing becomes empty. */
export function toCompatibleMessages(messages: JsonValue | undefined, options: ReadCompatibleOptions): JsonValue[] {
  if (!Array.isArray(messages)) throw invalidParameter('messages', '`messages` must be a list of messages');
  const shorten = createToolCallIds(messages);
  const context: MessageContext = {
    ids: options.mistralToolCallIds ? shorten : (id) => id,
    functionCalls: createFunctionCalls(shorten),
    nullContentWithCalls: options.dialect === 'openai',
  };
  return messages.map((message, index) => (isJsonObject(message) ? toCompatibleMessage(message, `messages[${index}]`, context) : message));
}

function toCompatibleMessage(message: JsonObject, path: string, context: MessageContext): JsonObject {
  const result = withoutNulls(message);
  result['content'] = toCompatibleContent(message['content'], `${path}.content`) ?? '';
  switch (message['role']) {
    case 'developer':
      result['role'] = 'system';
      return result;
    case 'assistant':
      return completeAssistant(result, message, context);
    case 'tool':
      if (typeof result['tool_call_id'] === 'string') result['tool_call_id'] = context.ids(result['tool_call_id']);
      return result;
    case 'function':
      return answerFunction(result, path, context);
    default:
      return result;
  }
}

function completeAssistant(result: JsonObject, message: JsonObject, context: MessageContext): JsonObject {
  const { function_call: legacy, refusal, tool_calls: calls } = result;
  const said = message['content'] !== undefined && message['content'] !== null;
  delete result['refusal'];
  delete result['function_call'];
  if (!said && typeof refusal === 'string') result['content'] = refusal;
  if (Array.isArray(calls)) result['tool_calls'] = calls.map((call) => (isJsonObject(call) ? completeCall(call, context) : call));
  else if (isJsonObject(legacy) && typeof legacy['name'] === 'string') {
    const called = { name: legacy['name'], arguments: typeof legacy['arguments'] === 'string' ? legacy['arguments'] : '{}' };
    result['tool_calls'] = [{ id: context.functionCalls.call(legacy['name']), type: 'function', function: called }];
  }
  const hasCalls = Array.isArray(result['tool_calls']) && result['tool_calls'].length > 0;
  // A template that joins strings stumbles over null, one that asks whether there is content may stumble over an empty string.
  if (!said && hasCalls && context.nullContentWithCalls) result['content'] = null;
  return result;
}

function completeCall(call: JsonObject, context: MessageContext): JsonObject {
  const { id, type } = call;
  return { ...call, ...(typeof id === 'string' ? { id: context.ids(id) } : {}), type: type ?? 'function' };
}

function answerFunction(result: JsonObject, path: string, context: MessageContext): JsonObject {
  const name = result['name'];
  const id = typeof name === 'string' ? context.functionCalls.answer(name) : undefined;
  if (id === undefined) {
    throw invalidParameter(
      `${path}.name`,
      `\`${path}\` answers no function_call before it: \`name\` must be the name of the function that was called`,
    );
  }
  return { ...result, role: 'tool', tool_call_id: id };
}
