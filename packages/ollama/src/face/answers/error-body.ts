import type { JsonObject, ProxyError } from '@ai-proxy/core';

/** An error as Ollama's clients read it: one text. */
export function ollamaErrorBody(error: ProxyError): JsonObject {
  return { error: error.message };
}

/** The last line of an answer that broke; the one that says `done` never comes. */
export function errorLine(error: ProxyError): string {
  return `${JSON.stringify({ error: error.message })}\n`;
}
