import { callerUnknown, invalidParameter, isJsonObject, privateJson, readJsonRequest, splitTarget } from '@ai-proxy/core';
import type { Feedback, Handler, JsonValue, Ledger } from '@ai-proxy/core';
import { noSuchCall } from './calls.ts';

export interface FeedbackOptions {
  readonly ledger: Ledger;
}

/**
 * `POST /v1/feedback` with `{ "trace_id": "<x-ai-proxy-id>", "value": 1 }`: what somebody thought of an answer, kept with its call. Who has the id of a call may
 * judge it: ids cannot be guessed, and only who asked is told. Mount it before the proxy, whose is every other path under `/v1`.
 */
export function feedback({ ledger }: FeedbackOptions): Handler {
  return async (request) => {
    if (!/^\/(?:v1\/)?feedback$/.test(splitTarget(request.target).path)) return undefined;
    if (request.method !== 'POST') return { status: 405, headers: { allow: 'POST' } };
    if (request.caller && !(await request.caller())) throw callerUnknown();
    const { value: body } = await readJsonRequest(request, { body: 16_384, depth: 8 });
    if (!isJsonObject(body)) throw invalidParameter('body', 'The body has to be a JSON object.');
    const id = body['trace_id'] ?? body['id'];
    if (typeof id !== 'string' || id === '')
      throw invalidParameter('trace_id', '"trace_id" has to be the id of a call, as its answer said in "x-ai-proxy-id".');
    if (!(await ledger.feedback(id, readFeedback(body['value'], body['weight'], body['metadata'])))) throw noSuchCall();
    return privateJson({ status: 'success', message: 'Feedback saved', feedback_ids: [id] });
  };
}

function readFeedback(value: JsonValue | undefined, weight: JsonValue | undefined, metadata: JsonValue | undefined): Feedback {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < -10 || value > 10)
    throw invalidParameter('value', '"value" has to be a whole number from -10 to 10.');
  if (weight !== undefined && (typeof weight !== 'number' || weight < 0 || weight > 1))
    throw invalidParameter('weight', '"weight" has to be a number from 0 to 1.');
  if (metadata !== undefined && !isJsonObject(metadata)) throw invalidParameter('metadata', '"metadata" has to be an object of texts.');
  return {
    value,
    ...(weight === undefined ? {} : { weight }),
    ...(metadata === undefined
      ? {}
      : {
          metadata: Object.fromEntries(
            Object.entries(metadata).map(([name, one]) => [name, typeof one === 'string' ? one : JSON.stringify(one)]),
          ),
        }),
  };
}
