import { wordOf } from '../json/json-object.ts';
import { json } from '../server/answer.ts';
import type { Answer } from '../server/answer.ts';
import type { ServedRequest } from '../server/served-request.ts';
import { refuse } from './errors.ts';
import { findModel, modelEntry } from './models.ts';
import type { MistralState } from './state.ts';

/** `GET /v1/models`: one entry for each name of each model. */
export function listModels(request: ServedRequest, state: MistralState): Answer {
  const wanted = request.query.getAll('model');
  const data = state.models
    .flatMap((model) => model.names.map((name) => modelEntry(model, name, state.now())))
    .filter((entry) => !state.deletedModels.has(wordOf(entry.id)) && (wanted.length === 0 || wanted.includes(wordOf(entry.id))));
  return json(200, { object: 'list', data });
}

/** `GET` and `DELETE /v1/models/{model_id}`; only fine-tuned models can be deleted. */
export function withModel(state: MistralState, name: string, what: 'retrieve' | 'delete'): Answer {
  const model = findModel(state.models, name);
  if (model === undefined || state.deletedModels.has(name)) return refuse(404, `Model ${name} not found`, 'model_not_found', '3040');
  if (what === 'retrieve') return json(200, modelEntry(model, name, state.now()));
  if (model.fineTuned === undefined) return refuse(403, `Model ${name} cannot be deleted`, 'forbidden', null);
  state.deletedModels.add(name);
  return json(200, { id: name, object: 'model', deleted: true });
}
