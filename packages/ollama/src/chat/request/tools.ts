import { invalidParameter, isJsonObject, unsupportedParameter } from '@ai-proxy/core';
import type { JsonObject, JsonValue, ProviderCall } from '@ai-proxy/core';
import { reportUnknownKeys } from '../../requests/closed-object.ts';
import type { NamedTool } from './tool-choice.ts';
import { offerTools } from './tool-choice.ts';

const knownOfTool = new Set(['type', 'function']);
const knownOfFunction = new Set(['name', 'description', 'parameters', 'strict']);

/** Writes the tools that the caller's choice leaves. */
export function writeTools(body: JsonObject, input: JsonObject, call: ProviderCall): void {
  const tools = offerTools(readTools(input, call), input, call);
  if (tools.length > 0) body['tools'] = [...tools];
}

/** The tools of a request, `functions` included; empty where there are none. */
function readTools(input: JsonObject, call: ProviderCall): readonly NamedTool[] {
  const tools = toList(input['tools'], 'tools').map((tool, index) => toTool(tool, `tools[${index}]`, call));
  const legacy = toList(input['functions'], 'functions');
  if (tools.length > 0) {
    if (legacy.length > 0) call.drop('functions', 'tools wins');
    return tools;
  }
  return legacy.map((definition, index) => toFunctionTool(definition, `functions[${index}]`, call));
}

function toList(value: JsonValue | undefined, path: string): readonly JsonValue[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalidParameter(path, `\`${path}\` must be a list`);
  return value;
}

function toTool(tool: JsonValue, path: string, call: ProviderCall): NamedTool {
  if (!isJsonObject(tool)) throw invalidParameter(path, `\`${path}\` must be an object`);
  if (tool['type'] !== 'function' && (tool['type'] !== undefined || tool['function'] === undefined)) {
    throw unsupportedParameter(
      `${path}.type`,
      `Ollama has no tools of the type ${JSON.stringify(tool['type'] ?? null)} (\`${path}\`); use a function`,
    );
  }
  reportUnknownKeys(tool, knownOfTool, path, call);
  return toFunctionTool(tool['function'], `${path}.function`, call);
}

function toFunctionTool(definition: JsonValue | undefined, path: string, call: ProviderCall): NamedTool {
  if (!isJsonObject(definition) || typeof definition['name'] !== 'string') {
    throw invalidParameter(path, `\`${path}\` must be an object with a name`);
  }
  reportUnknownKeys(definition, knownOfFunction, path, call);
  const { name, description, parameters, strict } = definition;
  if (strict === true) call.drop(`${path}.strict`, 'the provider does not hold calls to their schema');
  const described: JsonObject = { name };
  if (typeof description === 'string') described['description'] = description;
  // Templates look into the parameters of every tool, also of one that takes none.
  described['parameters'] = isJsonObject(parameters) ? parameters : { type: 'object', properties: {} };
  return { name, tool: { type: 'function', function: described } };
}
