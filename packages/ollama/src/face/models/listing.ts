import type { JsonObject, ListedModel, ModelsValue } from '@ai-proxy/core';
import { withTag } from './latest-tag.ts';
import { modifiedAt, toCapabilities, unknownDetails } from './model-details.ts';

/** Ollama's own client cuts digests for its tables and falls over shorter ones; this one is nobody's. */
const noDigest = '0'.repeat(64);

/** `/api/tags`: everything that the caller may name, each name once. */
export function toListing({ models }: ModelsValue): JsonObject {
  const byName = new Map<string, ListedModel>();
  for (const model of models) {
    const name = withTag(model.id);
    if (!byName.has(name)) byName.set(name, model);
  }
  return { models: [...byName].map(([name, model]) => toEntry(name, model)) };
}

function toEntry(name: string, model: ListedModel): JsonObject {
  return {
    name,
    model: name,
    modified_at: modifiedAt(model),
    size: 0,
    digest: noDigest,
    details: unknownDetails(),
    ...toCapabilities(model),
  };
}
