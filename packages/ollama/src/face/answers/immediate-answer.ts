import { ProxyError } from '@ai-proxy/core';
import type { JsonObject } from '@ai-proxy/core';

const answers = new WeakMap<ProxyError, JsonObject>();

/**
 * An answer to a request that asks no model, to be thrown: whoever reads requests can only say what to ask, or end the call. It goes out
 * with status 200, before anybody has looked who is calling, and so must hold nothing but what the caller has said himself.
 */
export function immediateAnswer(body: JsonObject): ProxyError {
  const answer = new ProxyError('The request asks nothing of a model.', { status: 200, code: null, source: 'caller' });
  answers.set(answer, body);
  return answer;
}

/** The body of such an answer; nothing where an error is one. */
export function bodyOfImmediateAnswer(error: ProxyError): JsonObject | undefined {
  return answers.get(error);
}
