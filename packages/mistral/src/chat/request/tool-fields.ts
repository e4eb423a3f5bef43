import type { JsonObject, JsonValue, ProviderCall } from '@ai-proxy/core';
import type { ToolChoice } from './tool-choice.ts';
import { filterTools, readToolChoice } from './tool-choice.ts';
import { toTools } from './tools.ts';

/** Writes the tools and the choice among them; without tools there is nothing to choose. */
export function writeTools(body: JsonObject, input: JsonObject, call: ProviderCall): void {
  const tools = toTools(input, call);
  const choice = readToolChoice(input, call);
  if (tools.length === 0) {
    if (choice !== undefined && choice.mode !== 'auto' && choice.mode !== 'none') {
      call.drop(input['tool_choice'] === undefined ? 'function_call' : 'tool_choice', 'there are no tools');
    }
    return;
  }
  body['tools'] = choice?.allowed === undefined ? tools : filterTools(tools, choice.allowed);
  if (choice !== undefined) body['tool_choice'] = toMistralChoice(choice);
}

function toMistralChoice(choice: ToolChoice): JsonValue {
  if (typeof choice.mode === 'object') return { type: 'function', function: { name: choice.mode.name } };
  return choice.mode === 'required' ? 'any' : choice.mode;
}
