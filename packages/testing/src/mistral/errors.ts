import type { JsonObject } from '@ai-proxy/core';
import { hexId, uuid } from '../content/identifiers.ts';
import { json } from '../server/answer.ts';
import type { JsonAnswer } from '../server/answer.ts';
import type { Issue } from '../validation/issue.ts';

/** The flat error object of inference. */
export function mistralError(message: unknown, type: string, code: string | null, status: number): JsonObject {
  return { object: 'error', message, type, param: null, code, raw_status_code: status } as JsonObject;
}

export function refuse(status: number, message: string, type: string, code: string | null): JsonAnswer {
  return json(status, mistralError(message, type, code, status));
}

/** A 422 of inference: the list of issues inside `message`. */
export function refuseIssues(issues: readonly Issue[]): JsonAnswer {
  return json(422, mistralError({ detail: issues }, 'invalid_request_error', null, 422));
}

/** A 422 of the management routes, as FastAPI writes it. */
export function refuseDetail(issues: readonly Issue[]): JsonAnswer {
  return json(422, { detail: issues });
}

/** `{"detail": …}` of 401, 404 and 405. */
export function detail(status: number, text: string, headers: Record<string, string> = {}): JsonAnswer {
  return json(status, { detail: text }, headers);
}

/** What the gateway before the API says by itself. */
export function gatewayRefusal(status: number, message: string, index: number): JsonAnswer {
  return json(status, { message, request_id: hexId(`kong ${index}`) });
}

export function invalidModel(model: string): JsonAnswer {
  return refuse(400, `Invalid model: ${model}`, 'invalid_model', '1500');
}

/** What the API says of its own troubles. */
export const mistralTroubles: { readonly inside: JsonObject; readonly rateLimited: JsonObject; readonly loading: JsonObject } = {
  inside: { object: 'error', message: 'Service unavailable.', type: 'internal_server_error', param: null, code: '3000' },
  rateLimited: { message: 'Requests rate limit exceeded', type: 'rate_limited', code: '1300' },
  loading: {
    object: 'error',
    message: 'Service tier capacity exceeded for this model.',
    type: 'service_tier_capacity_exceeded',
    param: null,
    code: '3505',
  },
};

/** Headers of every answer: rate limits, ids of the layers in front, and the cookies of Cloudflare. */
export function mistralHeaders(index: number): Record<string, string | readonly string[]> {
  const seed = `mistral ${index}`;
  return {
    'mistral-correlation-id': uuid(`correlation ${seed}`),
    'x-kong-request-id': hexId(`kong ${seed}`),
    'x-kong-upstream-latency': '7',
    'x-envoy-upstream-service-time': '5',
    'x-ratelimit-limit-req-minute': '300',
    'x-ratelimit-remaining-req-minute': String(299 - (index % 300)),
    'x-ratelimit-limit-tokens-minute': '2000000',
    'x-ratelimit-remaining-tokens-minute': String(2_000_000 - (index % 1000) * 10),
    'x-ratelimit-limit-tokens-month': '10000000000',
    'x-ratelimit-remaining-tokens-month': '9999999990',
    'x-ratelimit-tokens-query-cost': '10',
    'set-cookie': [
      `__cf_bm=${hexId(`bm ${seed}`)}; path=/; HttpOnly; Secure; SameSite=None`,
      `_cfuvid=${hexId(`uv ${seed}`)}; path=/; HttpOnly; Secure; SameSite=None`,
    ],
    server: 'cloudflare',
    'x-ai-proxy-simulated': 'mistral',
  };
}
