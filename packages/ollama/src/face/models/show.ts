import type { JsonObject, JsonValue, ListedModel } from '@ai-proxy/core';
import { readBody } from '../requests/go-values.ts';
import { readModel } from '../requests/model-of-request.ts';
import { modifiedAt, toCapabilities, unknownDetails } from './model-details.ts';

/** The model that `/api/show` asks for. */
export function readShownModel(body: JsonValue): string {
  const root = 'ShowRequest';
  return readModel(readBody(body, root), root, 'name');
}

/**
 * `/api/show`: what is known of one model. Clients look for the length of its context under the name of its architecture, which is not
 * known here.
 */
export function toShown(model: ListedModel): JsonObject {
  const { contextLength } = model;
  return {
    modelfile: '',
    parameters: '',
    template: '',
    details: unknownDetails(),
    model_info: {
      'general.architecture': 'unknown',
      'general.basename': model.id,
      ...(contextLength === undefined ? {} : { 'unknown.context_length': contextLength }),
    },
    ...toCapabilities(model),
    modified_at: modifiedAt(model),
  };
}
