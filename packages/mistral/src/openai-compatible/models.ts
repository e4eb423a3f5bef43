import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject, ModelInfo, ModelListing } from '@ai-proxy/core';
import { expectAnswer } from '../errors/unreadable-answer.ts';

/** The listing of an OpenAI-compatible server. What a model can do is not said there, how much it can read sometimes is. */
export const compatibleModels: ModelListing = { path: '/v1/models', read: readModels };

function readModels(body: unknown): readonly ModelInfo[] {
  const { data } = expectAnswer(body, 'data', false);
  const entries = Array.isArray(data) ? data.filter(isJsonObject) : [];
  const models = new Map<string, ModelInfo>();
  for (const model of entries.flatMap(readModel)) if (!models.has(model.id)) models.set(model.id, model);
  const listed = Array.from(models.values());
  for (const model of listed) {
    for (const alias of model.aliases ?? []) {
      const names = [model.id, ...(model.aliases ?? [])].filter((name) => name !== alias);
      if (!models.has(alias)) models.set(alias, { ...model, id: alias, aliases: names });
    }
  }
  return [...models.values()];
}

function readModel(entry: JsonObject): ModelInfo[] {
  const { id, created, owned_by: owner, aliases } = entry;
  if (typeof id !== 'string' || id === '') return [];
  const names = Array.isArray(aliases)
    ? aliases.filter((alias): alias is string => typeof alias === 'string' && alias !== '' && alias !== id)
    : [];
  const context = contextLength(entry);
  return [
    {
      id,
      ...(typeof created === 'number' ? { created } : {}),
      ...(typeof owner === 'string' ? { ownedBy: owner } : {}),
      ...(context === undefined ? {} : { contextLength: context }),
      ...(names.length > 0 ? { aliases: names } : {}),
    },
  ];
}

// llama-server says it in `meta`, vLLM beside the id.
function contextLength(entry: JsonObject): number | undefined {
  const meta = isJsonObject(entry['meta']) ? entry['meta'] : {};
  const context = meta['n_ctx_train'] ?? entry['max_model_len'];
  return typeof context === 'number' ? context : undefined;
}
