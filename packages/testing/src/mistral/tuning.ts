import type { JsonObject } from '@ai-proxy/core';
import { uuid } from '../content/identifiers.ts';
import { isObject, textOf, wordOf } from '../json/json-object.ts';
import { json } from '../server/answer.ts';
import type { Answer } from '../server/answer.ts';
import type { ServedRequest } from '../server/served-request.ts';
import { anything, closed, flag, freeObject, judge, list, may, need, number, orNull, text } from '../validation/shape.ts';
import { detail, refuseDetail } from './errors.ts';
import { readJsonBody } from './inference.ts';
import { keepNewest } from './state.ts';
import type { MistralState } from './state.ts';

const createRequest = closed({
  model: need(text),
  training_files: may(list(closed({ file_id: need(text), weight: may(number({ ge: 0 })) }))),
  validation_files: may(orNull(list(text))),
  suffix: may(orNull(text)),
  integrations: may(orNull(list(freeObject))),
  auto_start: may(flag),
  invalid_sample_skip_percentage: may(number({ ge: 0 })),
  job_type: may(orNull(text)),
  hyperparameters: need(freeObject),
  repositories: may(orNull(list(anything))),
  classifier_targets: may(orNull(list(freeObject))),
});

/** `POST /v1/fine_tuning/jobs`, of the older API. */
export function createTuning(request: ServedRequest, state: MistralState): Answer {
  const read = readJsonBody(request);
  if ('issues' in read) return refuseDetail(read.issues);
  const issues = judge(createRequest, read.value);
  if (issues.length > 0 || !isObject(read.value)) return refuseDetail(issues);
  const body = read.value;
  const training = (Array.isArray(body.training_files) ? body.training_files : []).filter(isObject).map((one) => textOf(one.file_id) ?? '');
  const files = [...training, ...(Array.isArray(body.validation_files) ? body.validation_files : [])];
  if (!files.every((id) => typeof id === 'string' && state.files.has(id))) return detail(404, 'No file matches the given query.');
  // A trial says what a job would cost, and makes none.
  if (request.query.get('dry_run') === 'true') return json(200, { object: 'job.metadata', estimated_start_time: null, deprecated: true });
  const id = uuid(`tuning ${request.index} ${state.now()}`);
  const job: JsonObject = {
    ...body,
    id,
    object: 'job',
    training_files: training,
    status: 'QUEUED',
    created_at: state.now(),
    modified_at: state.now(),
    fine_tuned_model: null,
  };
  state.tunings.set(id, job);
  keepNewest(state.tunings, 1000);
  return json(200, job);
}

/** `GET /v1/fine_tuning/jobs` */
export function listTunings(request: ServedRequest, state: MistralState): Answer {
  const all = [...state.tunings.values()];
  const size = Number(request.query.get('page_size') ?? 100);
  const from = Number(request.query.get('page') ?? 0) * size;
  return json(200, { object: 'list', data: all.slice(from, from + size), total: all.length });
}

/** What one job's routes do; a job that has been started is done the next time it is looked at. */
export function withTuning(request: ServedRequest, state: MistralState, id: string, rest: string): Answer {
  const job = state.tunings.get(id);
  if (job === undefined) return detail(404, 'No fine-tuning job matches the given query.');
  const become = (changes: JsonObject): Answer => {
    const changed: JsonObject = { ...job, ...changes };
    state.tunings.set(id, changed);
    return json(200, changed);
  };
  if (rest === '/start') return become({ status: 'RUNNING' });
  if (rest === '/cancel') return become({ status: 'CANCELLATION_REQUESTED' });
  return job.status === 'RUNNING'
    ? become({ status: 'SUCCESS', fine_tuned_model: `ft:${wordOf(job.model)}:${id.slice(0, 8)}` })
    : json(200, job);
}

/** `PATCH /v1/fine_tuning/models/{id}`, and `POST` and `DELETE` of `…/archive`. */
export function withTunedModel(request: ServedRequest, state: MistralState, id: string): Answer {
  const job = [...state.tunings.values()].find((one) => one.fine_tuned_model === id);
  if (job === undefined) return detail(404, 'Model not found');
  return request.method === 'PATCH'
    ? json(200, { id, object: 'model', job: job.id ?? null })
    : json(200, { id, object: 'model', archived: request.method === 'POST' });
}
