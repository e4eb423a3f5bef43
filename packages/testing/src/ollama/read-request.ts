import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { isObject, parseJson } from '../json/json-object.ts';
import type { JsonAnswer } from '../server/answer.ts';
import type { ServedRequest } from '../server/served-request.ts';
import { ollamaError } from './errors.ts';
import { mismatch } from './go-decoding.ts';
import type { RequestType } from './request-types.ts';

/** A decoded body, without what is `null`; or the 400 that says why it cannot be decoded. The content type plays no part. */
export function readRequest(request: ServedRequest, type: RequestType): { readonly body: JsonObject } | { readonly refused: JsonAnswer } {
  const begin = request.body.findIndex((byte) => !space.has(byte));
  if (begin === -1) return { refused: ollamaError(400, 'missing request body') };
  // A byte order mark is no white space to Go.
  const parsed = request.body[begin] === 0xef ? undefined : parseJson(request.body);
  if (parsed === undefined) return { refused: ollamaError(400, syntaxError(request.body[begin] ?? 0)) };
  const value = parsed.value as JsonValue;
  if (value === null) return { body: {} };
  const place = { root: type.name, path: '' };
  const wrong = isObject(value) ? type.decode(value, place) : mismatch(value, place, type.name);
  if (wrong !== undefined || !isObject(value)) return { refused: ollamaError(400, wrong ?? '') };
  return { body: Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== null)) };
}

const space: ReadonlySet<number> = new Set(Buffer.from(' \t\r\n'));

/** Go's decoder reads bytes and names the one that it stumbled over. */
function syntaxError(first: number): string {
  const character = String.fromCharCode(first);
  if ('[{"'.includes(character)) return 'unexpected EOF';
  return `invalid character '${character}' looking for beginning of value`;
}
