import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { uuid } from '../content/identifiers.ts';
import { isObject, numberOf, objectsOf, parseJson, textOf, wordOf } from '../json/json-object.ts';
import { json } from '../server/answer.ts';
import type { Answer } from '../server/answer.ts';
import type { ServedRequest } from '../server/served-request.ts';
import { closed, freeObject, judge, list, may, need, number, oneOf, orNull, text } from '../validation/shape.ts';
import { detail, refuse, refuseDetail } from './errors.ts';
import { readJsonBody } from './inference.ts';
import { keepFile, keepNewest } from './state.ts';
import type { MistralState, StoredJob } from './state.ts';

/** Answers one request of a batch by the path of its endpoint. */
export type RunOne = (endpoint: string, body: JsonObject, seed: string) => Answer;

const createRequest = closed({
  input_files: may(orNull(list(text))),
  requests: may(orNull(list(closed({ custom_id: may(orNull(text)), body: need(freeObject) }), 10_000))),
  endpoint: need(
    oneOf(
      '/v1/chat/completions',
      '/v1/embeddings',
      '/v1/fim/completions',
      '/v1/moderations',
      '/v1/chat/moderations',
      '/v1/ocr',
      '/v1/classifications',
      '/v1/chat/classifications',
      '/v1/conversations',
      '/v1/audio/transcriptions',
    ),
  ),
  model: may(orNull(text)),
  agent_id: may(orNull(text)),
  metadata: may(orNull(freeObject)),
  timeout_hours: may(number({ whole: true, ge: 1, le: 168 })),
});

/** `POST /v1/batch/jobs` */
export function createJob(request: ServedRequest, state: MistralState): Answer {
  const read = readJsonBody(request);
  if ('issues' in read) return refuseDetail(read.issues);
  const issues = judge(createRequest, read.value);
  if (issues.length > 0 || !isObject(read.value)) return refuseDetail(issues);
  const body = read.value;
  const fileIds = (Array.isArray(body.input_files) ? body.input_files : []).filter((id) => typeof id === 'string');
  const lost = fileIds.find((id) => !state.files.has(id));
  if (lost !== undefined) return detail(404, `No file matches ${lost}.`);
  const inline = objectsOf(body.requests);
  if (fileIds.length + inline.length === 0)
    return refuse(400, 'Either input_files or requests must be given', 'invalid_request_error', null);
  const requests = [...inline, ...fileIds.flatMap((id) => linesOf(state.files.get(id)?.bytes ?? new Uint8Array()))].map((line) => ({
    customId: textOf(line.custom_id ?? undefined) ?? null,
    body: { ...(typeof body.model === 'string' ? { model: body.model } : {}), ...(isObject(line.body) ? line.body : {}) },
  }));
  const id = uuid(`job ${request.index} ${state.now()}`);
  const entry: JsonObject = {
    id,
    object: 'batch',
    input_files: fileIds,
    metadata: body.metadata ?? null,
    endpoint: body.endpoint ?? null,
    model: body.model ?? null,
    agent_id: body.agent_id ?? null,
    output_file: null,
    error_file: null,
    errors: [],
    outputs: null,
    status: 'QUEUED',
    created_at: state.now(),
    total_requests: requests.length,
    completed_requests: 0,
    succeeded_requests: 0,
    failed_requests: 0,
    started_at: null,
    completed_at: null,
  };
  state.jobs.set(id, { entry, requests });
  keepNewest(state.jobs, 1000);
  return json(200, entry);
}

/** `GET /v1/batch/jobs` */
export function listJobs(request: ServedRequest, state: MistralState): Answer {
  const statuses = request.query.getAll('status');
  const data = [...state.jobs.values()]
    .map((job) => job.entry)
    .filter((entry) => statuses.length === 0 || statuses.includes(wordOf(entry.status)));
  const size = Number(request.query.get('page_size') ?? 100);
  const from = Number(request.query.get('page') ?? 0) * size;
  return json(200, { object: 'list', data: data.slice(from, from + size), total: data.length });
}

/** What one job's routes do. A job moves on each time it is looked at: queued, running, done. */
export function withJob(
  request: ServedRequest,
  state: MistralState,
  id: string,
  what: 'retrieve' | 'cancel' | 'delete',
  run: RunOne,
): Answer {
  const job = state.jobs.get(id);
  if (job === undefined) return detail(404, 'No batch job matches the given query.');
  switch (what) {
    case 'retrieve':
      moveOn(job, state, run);
      return json(200, request.query.get('inline') === 'true' ? job.entry : { ...job.entry, outputs: null });
    case 'cancel':
      if (job.entry.status === 'QUEUED' || job.entry.status === 'RUNNING') job.entry = { ...job.entry, status: 'CANCELLATION_REQUESTED' };
      return json(200, job.entry);
    case 'delete':
      state.jobs.delete(id);
      return json(200, { id, object: 'batch', deleted: true });
    default:
      return what satisfies never;
  }
}

function moveOn(job: StoredJob, state: MistralState, run: RunOne): void {
  const { entry } = job;
  if (entry.status === 'QUEUED') job.entry = { ...entry, status: 'RUNNING', started_at: state.now() };
  else if (entry.status === 'CANCELLATION_REQUESTED') job.entry = { ...entry, status: 'CANCELLED', completed_at: state.now() };
  else if (entry.status === 'RUNNING') job.entry = finish(job, state, run);
}

function finish({ entry, requests }: StoredJob, state: MistralState, run: RunOne): JsonObject {
  const outputs = requests.map(({ customId, body }, index): JsonObject => {
    const answer = run(
      textOf(entry.endpoint) ?? '',
      { ...body, ...(body.stream === undefined ? {} : { stream: false }) },
      `batch ${wordOf(entry.id)} ${index}`,
    );
    const content = answer.kind === 'json' ? (answer.json as JsonValue) : null;
    return {
      id: uuid(`batch ${wordOf(entry.id)} ${index}`),
      custom_id: customId,
      response: { status_code: answer.status, body: content },
      error: null,
    };
  });
  const failed = outputs.filter((output) => isObject(output.response) && (numberOf(output.response.status_code) ?? 500) >= 400).length;
  const file = {
    id: uuid(`output ${wordOf(entry.id)}`),
    filename: 'output.jsonl',
    purpose: 'batch',
    sample_type: 'batch_result',
    source: 'mistral',
  };
  const kept = keepFile(state, file, new TextEncoder().encode(outputs.map((output) => `${JSON.stringify(output)}\n`).join('')));
  return {
    ...entry,
    status: failed === outputs.length ? 'FAILED' : 'SUCCESS',
    output_file: kept === undefined ? null : file.id,
    outputs,
    completed_requests: outputs.length,
    succeeded_requests: outputs.length - failed,
    failed_requests: failed,
    completed_at: state.now(),
  };
}

function linesOf(bytes: Uint8Array): JsonObject[] {
  return new TextDecoder()
    .decode(bytes)
    .split('\n')
    .map((line) => parseJson(new TextEncoder().encode(line))?.value)
    .filter(isObject);
}
