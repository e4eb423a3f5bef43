import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject, ProviderCall } from '@ai-proxy/core';
import { filterTools, readToolChoice } from '../../chat/request/tool-choice.ts';

/**
 * Tools as they came. A choice of one tool goes up as that tool alone and `required`, because llama-server takes an object for `auto`
 * without a word.
 */
export function writeCompatibleTools(body: JsonObject, input: JsonObject, call: ProviderCall): void {
  const choice = readToolChoice(input, call);
  const tools = toolsOf(input);
  for (const field of ['tools', 'functions', 'tool_choice', 'function_call']) delete body[field];
  if (tools.length === 0) {
    if (choice !== undefined && choice.mode !== 'auto' && choice.mode !== 'none') call.drop('tool_choice', 'there are no tools');
    return;
  }
  if (choice === undefined) {
    body['tools'] = tools;
  } else if (typeof choice.mode === 'object') {
    body['tools'] = filterTools(tools, new Set([choice.mode.name]));
    body['tool_choice'] = 'required';
  } else {
    body['tools'] = choice.allowed === undefined ? tools : filterTools(tools, choice.allowed);
    body['tool_choice'] = choice.mode;
  }
}

function toolsOf({ tools, functions }: JsonObject): JsonObject[] {
  if (Array.isArray(tools) && tools.length > 0) return tools.filter(isJsonObject);
  if (!Array.isArray(functions)) return [];
  return functions.filter(isJsonObject).map((definition) => ({ type: 'function', function: definition }));
}
