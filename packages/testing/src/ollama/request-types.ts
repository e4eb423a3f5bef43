import { goAny, goBool, goBytes, goInt, goList, goMap, goMapOf, goString, goStruct, goType } from './go-decoding.ts';
import type { GoType } from './go-decoding.ts';
import { parseKeepAlive } from './duration.ts';

const levels = ['high', 'medium', 'low', 'max'];
const allowed = '"high", "medium", "low", "max", true, or false';

const think: GoType = (value) => {
  if (value === null || typeof value === 'boolean') return undefined;
  if (typeof value !== 'string') return `think must be a boolean or string (${allowed})`;
  return levels.includes(value) ? undefined : `invalid think value: ${JSON.stringify(value)} (must be ${allowed})`;
};

const keepAlive: GoType = (value) => {
  const parsed = value === null ? undefined : parseKeepAlive(value);
  return parsed !== undefined && 'refused' in parsed ? parsed.refused : undefined;
};

const toolCall = goStruct('api.ToolCall', {
  id: goString,
  function: goStruct('api.ToolCallFunction', { index: goInt, name: goString, arguments: goMap }),
});

const message = goStruct('api.Message', {
  role: goString,
  // A string and nothing else: a list of parts is the mistake that callers who come from OpenAI make.
  content: goString,
  thinking: goString,
  images: goList(goBytes, '[]api.ImageData'),
  tool_calls: goList(toolCall, '[]api.ToolCall'),
  tool_name: goString,
  tool_call_id: goString,
});

const typeName = goType(
  'api.PropertyType',
  (value) => typeof value === 'string' || (Array.isArray(value) && value.every((item) => typeof item === 'string')),
);

const property: GoType = (value, place) =>
  goStruct('api.ToolProperty', {
    anyOf: goList(property, '[]api.ToolProperty'),
    type: typeName,
    items: goAny,
    description: goString,
    enum: goList(goAny, '[]interface {}'),
    properties: goMapOf(property, 'map[string]api.ToolProperty'),
    required: goList(goString, '[]string'),
  })(value, place);

const tool = goStruct('api.Tool', {
  type: goString,
  function: goStruct('api.ToolFunction', {
    name: goString,
    description: goString,
    parameters: goStruct('api.ToolFunctionParameters', {
      type: goString,
      $defs: goAny,
      items: goAny,
      required: goList(goString, '[]string'),
      properties: goMapOf(property, 'map[string]api.ToolProperty'),
    }),
  }),
});

const run = {
  model: goString,
  stream: goBool,
  format: goAny,
  keep_alive: keepAlive,
  options: goMap,
  think,
  truncate: goBool,
  shift: goBool,
  logprobs: goBool,
  top_logprobs: goInt,
  _debug_render_only: goBool,
};

const named = { model: goString, name: goString, stream: goBool, insecure: goBool };

/** A request's root type, by the name that stands in Go's errors. */
export interface RequestType {
  readonly name: string;
  readonly decode: GoType;
}

function requestType(name: string, fields: Readonly<Record<string, GoType>>): RequestType {
  return { name, decode: goStruct(name, fields) };
}

type Route = 'chat' | 'generate' | 'embed' | 'embeddings' | 'show' | 'pull' | 'push' | 'delete' | 'copy' | 'create';

/** What Ollama decodes the bodies of its routes into. */
export const requestTypes: Readonly<Record<Route, RequestType>> = {
  chat: requestType('ChatRequest', { ...run, messages: goList(message, '[]api.Message'), tools: goList(tool, 'api.Tools') }),
  generate: requestType('GenerateRequest', {
    ...run,
    prompt: goString,
    suffix: goString,
    system: goString,
    template: goString,
    context: goList(goInt, '[]int'),
    raw: goBool,
    images: goList(goBytes, '[]api.ImageData'),
  }),
  embed: requestType('EmbedRequest', {
    model: goString,
    input: goAny,
    keep_alive: keepAlive,
    truncate: goBool,
    dimensions: goInt,
    options: goMap,
  }),
  embeddings: requestType('EmbeddingRequest', { model: goString, prompt: goString, keep_alive: keepAlive, options: goMap }),
  show: requestType('ShowRequest', {
    model: goString,
    name: goString,
    system: goString,
    template: goString,
    verbose: goBool,
    options: goMap,
  }),
  pull: requestType('PullRequest', named),
  push: requestType('PushRequest', named),
  delete: requestType('DeleteRequest', { model: goString, name: goString }),
  copy: requestType('CopyRequest', { source: goString, destination: goString }),
  create: requestType('CreateRequest', {
    ...named,
    from: goString,
    files: goMapOf(goString, 'map[string]string'),
    adapters: goMapOf(goString, 'map[string]string'),
    template: goString,
    license: goAny,
    system: goString,
    parameters: goMap,
    messages: goList(message, '[]api.Message'),
    quantize: goString,
    renderer: goString,
    parser: goString,
    requires: goString,
    info: goMap,
  }),
};
