import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject, JsonValue, ModelInfo, ModelListing } from '@ai-proxy/core';
import { toUnixSeconds } from '../chat/created.ts';
import { toObjects } from '../requests/field-rules.ts';

/** The models of the server, by `/api/tags`. A model tagged `latest` also answers to its name without the tag. */
export const ollamaModels: ModelListing = {
  path: '/api/tags',
  read: (body) => (isJsonObject(body) ? toObjects(body['models']).flatMap(readModel) : []),
};

const wordsOfCapability: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['completion', ['chat', 'completions']],
  ['insert', ['fim']],
  ['embedding', ['embeddings']],
  ['tools', ['tools']],
  ['vision', ['vision']],
  ['thinking', ['reasoning']],
  ['audio', ['audio']],
]);

function readModel(entry: JsonObject): ModelInfo[] {
  const { model, name, modified_at: modified, capabilities, details } = entry;
  const id = typeof model === 'string' && model !== '' ? model : name;
  if (typeof id !== 'string' || id === '') return [];
  const created = toUnixSeconds(modified);
  const words = readCapabilities(capabilities);
  const context = isJsonObject(details) ? details['context_length'] : undefined;
  return [
    {
      id,
      ...(created === undefined ? {} : { created }),
      ownedBy: namespaceOf(id),
      ...(words === undefined ? {} : { capabilities: words }),
      ...(typeof context === 'number' && context > 0 ? { contextLength: context } : {}),
      ...(id.endsWith(':latest') ? { aliases: [id.slice(0, -':latest'.length)] } : {}),
    },
  ];
}

function readCapabilities(capabilities: JsonValue | undefined): ReadonlySet<string> | undefined {
  if (!Array.isArray(capabilities) || capabilities.length === 0) return undefined;
  return new Set(capabilities.flatMap((capability) => wordsOfCapability.get(capability) ?? []));
}

/** Whose a model is: the part before its name; Ollama's own library where there is none. */
function namespaceOf(id: string): string {
  return id.split('/').at(-2) ?? 'library';
}
