import { invalidParameter, isJsonObject, unsupportedParameter } from '@ai-proxy/core';
import type { JsonObject, JsonValue, ProviderCall } from '@ai-proxy/core';
import type { ClosedShape } from '../../requests/closed-copy.ts';
import { copyClosedObject } from '../../requests/closed-copy.ts';
import { reportUnknownKeys } from '../../requests/closed-object.ts';

const knownOfTool = new Set(['type', 'function']);
const knownOfFunction = new Set(['name', 'description', 'strict', 'parameters']);

const toolConfiguration: ClosedShape = { exclude: ['scalar'], include: ['scalar'], requires_confirmation: ['scalar'] };
const builtInTool = { type: 'scalar', tool_configuration: toolConfiguration } as const;

/** Mistral's own tools, for callers that name them. */
const builtInTools: ReadonlyMap<unknown, { readonly [key: string]: ClosedShape }> = new Map<
  unknown,
  { readonly [key: string]: ClosedShape }
>([
  ['web_search', builtInTool],
  ['web_search_premium', builtInTool],
  ['code_interpreter', builtInTool],
  ['image_generation', builtInTool],
  ['document_library', { ...builtInTool, library_ids: ['scalar'] }],
  ['connector', { ...builtInTool, connector_id: 'scalar', authorization: { type: 'scalar', value: 'scalar' } }],
]);

/** The tools of a request, `functions` included; empty where there are none. */
export function toTools(input: JsonObject, call: ProviderCall): JsonObject[] {
  const { tools, functions } = input;
  const asked = toToolList(tools, 'tools').map((tool, index) => toTool(tool, `tools[${index}]`, call));
  const legacy = toToolList(functions, 'functions');
  if (asked.length > 0) {
    if (legacy.length > 0) call.drop('functions', 'tools wins');
    return asked;
  }
  return legacy.map((definition, index) => ({ type: 'function', function: toFunction(definition, `functions[${index}]`, call) }));
}

function toToolList(value: JsonValue | undefined, path: string): readonly JsonValue[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalidParameter(path, `\`${path}\` must be a list`);
  return value;
}

function toTool(tool: JsonValue, path: string, call: ProviderCall): JsonObject {
  if (!isJsonObject(tool)) throw invalidParameter(path, `\`${path}\` must be an object`);
  const shape = builtInTools.get(tool['type']);
  if (shape !== undefined) return copyClosedObject(tool, shape, path, call);
  if (tool['type'] !== 'function' && (tool['type'] !== undefined || tool['function'] === undefined)) {
    throw unsupportedParameter(
      `${path}.type`,
      `Mistral has no tools of the type ${JSON.stringify(tool['type'] ?? null)} (\`${path}\`); use a function`,
    );
  }
  reportUnknownKeys(tool, knownOfTool, path, call);
  return { type: 'function', function: toFunction(tool['function'], `${path}.function`, call) };
}

function toFunction(definition: JsonValue | undefined, path: string, call: ProviderCall): JsonObject {
  if (!isJsonObject(definition) || typeof definition['name'] !== 'string') {
    throw invalidParameter(path, `\`${path}\` must be an object with a name`);
  }
  reportUnknownKeys(definition, knownOfFunction, path, call);
  const { name, description, strict, parameters } = definition;
  const result: JsonObject = { name };
  if (typeof description === 'string') result['description'] = description;
  if (typeof strict === 'boolean') result['strict'] = strict;
  // Mistral requires what OpenAI lets out for functions without arguments.
  result['parameters'] = isJsonObject(parameters) ? parameters : { type: 'object', properties: {} };
  return result;
}
