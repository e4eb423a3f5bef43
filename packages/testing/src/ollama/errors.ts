import type { JsonObject } from '@ai-proxy/core';
import { json } from '../server/answer.ts';
import type { BytesAnswer, JsonAnswer } from '../server/answer.ts';

/** A JSON answer with the content type that Ollama gives. */
export function ollamaJson(status: number, body: unknown): JsonAnswer {
  return json(status, body, { 'content-type': 'application/json; charset=utf-8' });
}

/** Ollama's error: one text. */
export function ollamaError(status: number, message: string, more: JsonObject = {}): JsonAnswer {
  return ollamaJson(status, { error: message, ...more });
}

/** A text that is no JSON, as the router gives it for what it does not know. */
export function plainText(status: number, text: string): BytesAnswer {
  return { kind: 'bytes', status, contentType: 'text/plain; charset=utf-8', bytes: new TextEncoder().encode(text) };
}

/** A status and nothing else. */
export function empty(status: number): BytesAnswer {
  return { kind: 'bytes', status, contentType: '', bytes: new Uint8Array() };
}

export function unauthorized(signinUrl: string): JsonAnswer {
  return ollamaError(401, 'unauthorized', { signin_url: signinUrl });
}

/** A name as Go quotes it. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** What Ollama says of its own troubles. */
export const ollamaTroubles: { readonly inside: JsonObject; readonly rateLimited: JsonObject; readonly loading: JsonObject } = {
  inside: { error: 'an error was encountered while running the model: unexpected EOF' },
  rateLimited: { error: 'too many requests' },
  // The two spaces are Ollama's.
  loading: { error: 'server busy, please try again.  maximum pending requests exceeded' },
};
