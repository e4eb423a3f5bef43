import { invalidParameter, isJsonObject, unsupportedParameter } from '@ai-proxy/core';
import type { JsonObject, JsonValue, ProviderCall } from '@ai-proxy/core';
/** A tool in Ollama's form, and the name that it is chosen by. */
export interface NamedTool {
  readonly name: string;
  readonly tool: JsonObject;
}

const cannotForce = 'the provider cannot make a model call a tool';

/**
 * The tools that a choice leaves. Ollama has no choice of its own: none of the tools is no tools, one of them is that one alone. That a model must call
 * cannot be said, and is reported.
 */
export function offerTools(tools: readonly NamedTool[], input: JsonObject, call: ProviderCall): JsonObject[] {
  const { tool_choice: choice, function_call: legacy } = input;
  const field = isGiven(choice) ? 'tool_choice' : 'function_call';
  if (isGiven(choice) && isGiven(legacy)) call.drop('function_call', 'tool_choice wins');
  const asked = isGiven(choice) ? readChoice(choice) : isGiven(legacy) ? readLegacyChoice(legacy) : { names: undefined, mustCall: false };
  if (asked.mustCall) call.drop(field, tools.length === 0 ? 'there are no tools' : cannotForce);
  const { names } = asked;
  if (names === undefined) return tools.map(({ tool }) => tool);
  const left = tools.filter(({ name }) => names.has(name));
  if (left.length === 0 && names.size > 0 && tools.length > 0) {
    throw invalidParameter(field, `\`${field}\` allows none of the tools that the request brings`);
  }
  return left.map(({ tool }) => tool);
}

interface AskedChoice {
  /** The tools that may be called; absent where all may. */
  readonly names: ReadonlySet<string> | undefined;
  readonly mustCall: boolean;
}

function readChoice(choice: JsonValue): AskedChoice {
  if (choice === 'auto') return { names: undefined, mustCall: false };
  if (choice === 'none') return { names: new Set(), mustCall: false };
  if (choice === 'required' || choice === 'any') return { names: undefined, mustCall: true };
  if (!isJsonObject(choice)) throw invalidParameter('tool_choice', '`tool_choice` must be auto, none, required or an object');
  switch (choice['type']) {
    case 'function':
      return { names: new Set([toName(choice, 'tool_choice.function')]), mustCall: true };
    case 'allowed_tools':
      return readAllowed(choice);
    default:
      throw unsupportedParameter('tool_choice.type', '`tool_choice.type` must be function or allowed_tools for this provider');
  }
}

function readAllowed(choice: JsonObject): AskedChoice {
  const { mode, tools } = isJsonObject(choice['allowed_tools']) ? choice['allowed_tools'] : choice;
  const path = 'tool_choice.allowed_tools.tools';
  if (!Array.isArray(tools)) throw invalidParameter(path, `\`${path}\` must be a list of tools`);
  return { names: new Set(tools.map((tool, index) => toName(tool, `${path}[${index}]`))), mustCall: mode === 'required' };
}

function readLegacyChoice(choice: JsonValue): AskedChoice {
  if (choice === 'auto') return { names: undefined, mustCall: false };
  if (choice === 'none') return { names: new Set(), mustCall: false };
  return { names: new Set([toName(choice, 'function_call')]), mustCall: true };
}

function toName(value: JsonValue, path: string): string {
  const named = isJsonObject(value) && isJsonObject(value['function']) ? value['function'] : value;
  if (isJsonObject(named) && typeof named['name'] === 'string') return named['name'];
  throw invalidParameter(path, `\`${path}\` must name a function`);
}

function isGiven(value: JsonValue | undefined): value is Exclude<JsonValue, null> {
  return value !== undefined && value !== null;
}
