import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject, ModelInfo, ModelListing } from '@ai-proxy/core';
import { expectAnswer } from '../errors/unreadable-answer.ts';
import { readCapabilities } from './capabilities.ts';

/** Mistral's listing. One model appears once under each of its names, whether the listing repeats it or only names its aliases. */
export function mistralModels(completionsAsChat: boolean): ModelListing {
  return { path: '/v1/models', read: (body) => readModels(body, completionsAsChat) };
}

function readModels(body: unknown, completionsAsChat: boolean): readonly ModelInfo[] {
  const { data } = expectAnswer(body, 'data', true);
  const entries = Array.isArray(data) ? data.filter(isJsonObject) : [];
  const models = new Map<string, ModelInfo>();
  for (const entry of entries) {
    const model = readModel(entry, completionsAsChat);
    if (model !== undefined && !models.has(model.id)) models.set(model.id, model);
  }
  const listed = Array.from(models.values());
  for (const model of listed) {
    for (const alias of model.aliases ?? []) {
      if (!models.has(alias)) models.set(alias, underAlias(model, alias));
    }
  }
  return [...models.values()];
}

function readModel(entry: JsonObject, completionsAsChat: boolean): ModelInfo | undefined {
  const { id, created, owned_by: owner, max_context_length: context, aliases, archived } = entry;
  if (typeof id !== 'string' || id === '' || archived === true) return undefined;
  const capabilities = readCapabilities(entry, completionsAsChat);
  const names = Array.isArray(aliases)
    ? aliases.filter((alias): alias is string => typeof alias === 'string' && alias !== '' && alias !== id)
    : [];
  return {
    id,
    ...(typeof created === 'number' ? { created } : {}),
    ownedBy: typeof owner === 'string' ? owner : 'mistralai',
    ...(capabilities === undefined ? {} : { capabilities }),
    ...(typeof context === 'number' ? { contextLength: context } : {}),
    ...(names.length > 0 ? { aliases: names } : {}),
  };
}

function underAlias(model: ModelInfo, alias: string): ModelInfo {
  const names = [model.id, ...(model.aliases ?? [])].filter((name) => name !== alias);
  return { ...model, id: alias, aliases: names };
}
