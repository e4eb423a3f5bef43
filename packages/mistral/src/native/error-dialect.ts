import type { JsonObject, ProxyError } from '@ai-proxy/core';

/** An error of the proxy's own as Mistral's clients read errors: flat, the message a string, and no `detail`, which they take for a validation list. */
export function mistralErrorBody(error: ProxyError): JsonObject {
  return { object: 'error', message: error.message, type: error.type, param: error.param, code: error.code };
}

/** The same as one event of a stream. JSON holds no bare line end, so that one `data` line is enough. */
export function eventOf(body: JsonObject): string {
  return `data: ${JSON.stringify(body)}\n\n`;
}
