import { isJsonObject, ProxyError, readJsonRequest } from '@ai-proxy/core';
import type { HttpRequest, HttpRequestBody, JsonObject } from '@ai-proxy/core';

/** What is read of a JSON body that the proxy itself would only hand on. */
const limits = { body: 10 * 1024 * 1024, depth: 128 } as const;

export async function readJsonObject(request: HttpRequest): Promise<JsonObject> {
  const { value } = await readJsonRequest(request, limits);
  if (isJsonObject(value)) return value;
  throw new ProxyError('The request body has to be a JSON object.', { status: 400, code: 'invalid_body', source: 'caller' });
}

/** The bytes of a body that can still be read. */
export async function* bytesOf(body: HttpRequestBody): AsyncGenerator<Uint8Array, void, undefined> {
  if (body.kind === 'stream') yield* body.stream;
  else if (body.kind === 'bytes') yield body.bytes;
}
