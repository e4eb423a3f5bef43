import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { json } from '../server/answer.ts';
import type { Answer } from '../server/answer.ts';
import type { Served, ServedRequest } from '../server/served-request.ts';
import { isObject, parseJson } from '../json/json-object.ts';
import { judge } from '../validation/shape.ts';
import type { Shape } from '../validation/shape.ts';
import type { Issue } from '../validation/issue.ts';
import { invalidModel, refuseDetail, refuseIssues } from './errors.ts';
import { findModel } from './models.ts';
import type { SimulatedModel } from './models.ts';
import type { MistralState } from './state.ts';

/** What an inference operation gets once its body has passed the schema. */
export interface InferenceCall {
  readonly body: JsonObject;
  /** The model by the name that was asked for. */
  readonly modelName: string;
  readonly model: SimulatedModel;
  /** Belongs to this one answer; ids are made from it. */
  readonly seed: string;
  readonly chunks: number | undefined;
  readonly state: MistralState;
}

/** One operation of inference: its schema, which models serve it, and what they answer. */
export interface Inference {
  readonly schema: Shape;
  /** Whether a model can do it. */
  readonly serves: (model: SimulatedModel) => boolean;
  /** The model of a request that may leave it out. */
  readonly defaultModel?: string;
  readonly answer: (call: InferenceCall) => Answer;
}

/** Serves a request to an inference operation over HTTP. */
export function serveInference(inference: Inference, request: ServedRequest, state: MistralState): Served {
  const body = readJsonBody(request);
  if ('issues' in body) return { answer: refuseDetail(body.issues), inference: true };
  const named = isObject(body.value) && typeof body.value.model === 'string' ? body.value.model : inference.defaultModel;
  const chunks = named === undefined ? undefined : request.chunks(named);
  const answer = runInference(inference, body.value, `${request.index}`, chunks, state);
  return { answer, inference: true, ...(named === undefined ? {} : { model: named }) };
}

/** Judges and answers a parsed body; batches come here too. */
export function runInference(inference: Inference, body: JsonValue, seed: string, chunks: number | undefined, state: MistralState): Answer {
  const issues = judge(inference.schema, body);
  if (issues.length > 0) return refuseIssues(issues);
  if (!isObject(body)) return json(500, {});
  const modelName = typeof body.model === 'string' ? body.model : (inference.defaultModel ?? '');
  const model = findModel(state.models, modelName);
  if (model === undefined || state.deletedModels.has(modelName) || !inference.serves(model)) return invalidModel(modelName);
  return inference.answer({ body, modelName, model, seed: `${seed} ${JSON.stringify(body)}`, chunks, state });
}

/** A JSON body, or what FastAPI says of a body that is none. */
export function readJsonBody(request: ServedRequest): { readonly value: JsonValue } | { readonly issues: readonly Issue[] } {
  if (request.body.length === 0) return { issues: [{ type: 'missing', loc: ['body'], msg: 'Field required', input: null }] };
  if (request.mediaType !== 'application/json' && !request.mediaType.endsWith('+json')) {
    const input = new TextDecoder().decode(request.body.subarray(0, 200));
    return {
      issues: [
        { type: 'model_attributes_type', loc: ['body'], msg: 'Input should be a valid dictionary or object to extract fields from', input },
      ],
    };
  }
  const parsed = parseJson(request.body);
  if (parsed !== undefined) return { value: parsed.value as JsonValue };
  return { issues: [{ type: 'json_invalid', loc: ['body', 0], msg: 'JSON decode error', input: {}, ctx: { error: 'Expecting value' } }] };
}
