import type { DecodedRequest, JsonObject, JsonValue } from '@ai-proxy/core';
import { ollamaFace } from '../../../src/index.ts';

export const model = 'llama3.2';
export const hello: JsonObject[] = [{ role: 'user', content: 'Hello' }];

/** What a body becomes on one of the face's routes. */
export function decode(route: string, body: JsonValue): DecodedRequest {
  const found = ollamaFace().match('POST', ['api', route]);
  if (found?.kind !== 'operation') throw new Error(`/api/${route} is no operation`);
  return found.decode(body);
}

/** The canonical form of a chat, but for what every one has. */
export function decodeChatFields(fields: JsonObject): JsonObject {
  const { model: _model, messages: _messages, stream: _stream, ...rest } = decode('chat', { model, messages: hello, ...fields }).input;
  return rest;
}
