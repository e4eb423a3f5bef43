import type { JsonObject, ProxyError } from '@ai-proxy/core';
import { bodyOfImmediateAnswer } from './immediate-answer.ts';

/** An error as Ollama's clients read it: one text. */
export function ollamaErrorBody(error: ProxyError): JsonObject {
  return bodyOfImmediateAnswer(error) ?? { error: error.message };
}

/** The last line of an answer that broke; the one that says `done` never comes. */
export function errorLine(error: ProxyError): string {
  return `${JSON.stringify({ error: error.message })}\n`;
}
