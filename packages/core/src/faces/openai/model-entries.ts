import type { JsonObject } from '../../json/json.ts';
import type { ListedModel } from '../../models/listed-model.ts';

/** One model in OpenAI's form. Clients require all four fields: an unknown time is 0, an unknown owner `unknown`. */
export function modelEntry(model: ListedModel): JsonObject {
  return { id: model.id, object: 'model', created: Math.trunc(model.created ?? 0), owned_by: model.ownedBy ?? 'unknown' };
}

/** The listing of models in OpenAI's form, in the order given. */
export function modelList(models: Iterable<ListedModel>): JsonObject {
  return { object: 'list', data: Array.from(models, modelEntry) };
}
