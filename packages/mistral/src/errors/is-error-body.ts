import type { JsonObject } from '@ai-proxy/core';

/** Whether an object that came where a chunk or an answer was due reports a failure. */
export function isErrorBody(body: JsonObject): boolean {
  const error = body['error'];
  if (error !== undefined && error !== null && error !== false && error !== '') return true;
  if (Array.isArray(body['choices']) || Array.isArray(body['data'])) return false;
  if (body['object'] === 'error' || body['detail'] !== undefined) return true;
  return body['message'] !== undefined && body['choices'] === undefined && body['id'] === undefined;
}
