import { json } from '../server/answer.ts';
import type { Answer } from '../server/answer.ts';
import type { GgufSetup } from './setup.ts';

/** `GET /v1/models`, in the form of each server. Neither has a route for one model. */
export function listGgufModels(setup: GgufSetup): Answer {
  if (setup.dialect === 'llama-cpp-python') {
    return json(200, { object: 'list', data: [{ id: setup.model, object: 'model', owned_by: 'me', permissions: [] }] });
  }
  const meta = {
    vocab_type: 1,
    n_vocab: 131_072,
    n_ctx_train: setup.contextLength,
    n_embd: setup.dimension,
    n_params: 8_000_000_000,
    size: 4_900_000_000,
  };
  const details = { parent_model: '', format: 'gguf', family: '', families: [''], parameter_size: '', quantization_level: '' };
  const entry = {
    name: setup.model,
    model: setup.model,
    modified_at: '',
    size: '',
    digest: '',
    type: 'model',
    description: '',
    tags: [''],
    capabilities: ['completion'],
  };
  return json(200, {
    models: [{ ...entry, parameters: '', details }],
    object: 'list',
    data: [{ id: setup.model, aliases: [], tags: [], object: 'model', created: setup.now(), owned_by: 'llamacpp', meta }],
  });
}
