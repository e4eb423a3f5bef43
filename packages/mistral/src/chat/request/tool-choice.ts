import { invalidParameter, isJsonObject, unsupportedParameter } from '@ai-proxy/core';
import type { JsonObject, JsonValue, ProviderCall } from '@ai-proxy/core';
import { reportUnknownKeys } from '../../requests/closed-object.ts';

/** What the caller lets the model choose, free of any provider's spelling. */
export interface ToolChoice {
  readonly mode: 'auto' | 'none' | 'required' | { readonly name: string };
  /** Names of the tools that may be chosen; absent where all may. */
  readonly allowed?: ReadonlySet<string>;
}

const knownOfNamed = new Set(['type', 'function']);
const knownOfFunction = new Set(['name']);
const knownOfAllowed = new Set(['type', 'allowed_tools', 'mode', 'tools']);

/** Reads `tool_choice`, or the older `function_call`; nothing where the caller said nothing. */
export function readToolChoice(input: JsonObject, call: ProviderCall): ToolChoice | undefined {
  const { tool_choice: choice, function_call: legacy } = input;
  if (choice !== undefined && choice !== null) {
    if (legacy !== undefined && legacy !== null) call.drop('function_call', 'tool_choice wins');
    return readChoice(choice, call);
  }
  if (legacy === undefined || legacy === null) return undefined;
  if (legacy === 'auto' || legacy === 'none') return { mode: legacy };
  if (isJsonObject(legacy) && typeof legacy['name'] === 'string') {
    reportUnknownKeys(legacy, knownOfFunction, 'function_call', call);
    return { mode: { name: legacy['name'] } };
  }
  throw invalidParameter('function_call', '`function_call` must be auto, none or an object with the name of a function');
}

function readChoice(choice: JsonValue, call: ProviderCall): ToolChoice {
  if (choice === 'auto' || choice === 'none' || choice === 'required') return { mode: choice };
  if (choice === 'any') return { mode: 'required' };
  if (!isJsonObject(choice)) throw invalidParameter('tool_choice', '`tool_choice` must be auto, none, required or an object');
  switch (choice['type']) {
    case 'function':
      return readNamed(choice, call);
    case 'allowed_tools':
      return readAllowed(choice, call);
    default:
      throw unsupportedParameter('tool_choice.type', '`tool_choice.type` must be function or allowed_tools for this provider');
  }
}

function readNamed(choice: JsonObject, call: ProviderCall): ToolChoice {
  const named = choice['function'];
  if (!isJsonObject(named) || typeof named['name'] !== 'string') {
    throw invalidParameter('tool_choice.function.name', '`tool_choice.function.name` must be the name of a tool');
  }
  reportUnknownKeys(choice, knownOfNamed, 'tool_choice', call);
  reportUnknownKeys(named, knownOfFunction, 'tool_choice.function', call);
  return { mode: { name: named['name'] } };
}

function readAllowed(choice: JsonObject, call: ProviderCall): ToolChoice {
  reportUnknownKeys(choice, knownOfAllowed, 'tool_choice', call);
  const list = isJsonObject(choice['allowed_tools']) ? choice['allowed_tools'] : choice;
  const { mode, tools } = list;
  if (!Array.isArray(tools))
    throw invalidParameter('tool_choice.allowed_tools.tools', '`tool_choice.allowed_tools.tools` must be a list of tools');
  const allowed = new Set(tools.map(toToolName));
  return { mode: mode === 'required' ? 'required' : 'auto', allowed };
}

function toToolName(tool: JsonValue, index: number): string {
  const named = isJsonObject(tool) && isJsonObject(tool['function']) ? tool['function'] : tool;
  if (isJsonObject(named) && typeof named['name'] === 'string') return named['name'];
  throw invalidParameter(`tool_choice.allowed_tools.tools[${index}]`, `\`tool_choice.allowed_tools.tools[${index}]\` must name a function`);
}

/** The tools that a choice leaves; throws where it leaves none. */
export function filterTools(tools: readonly JsonObject[], allowed: ReadonlySet<string>): JsonObject[] {
  const left = tools.filter((tool) => {
    const definition = tool['function'];
    return isJsonObject(definition) && typeof definition['name'] === 'string' && allowed.has(definition['name']);
  });
  if (left.length === 0) throw invalidParameter('tool_choice', '`tool_choice` allows none of the tools that the request brings');
  return left;
}
