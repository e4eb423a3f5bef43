import { ProxyError } from '@ai-proxy/core';

/** A 400 in the words that Ollama has for the same mistake: its clients look for them. */
export function badRequest(message: string, param: string | null = null): ProxyError {
  return new ProxyError(message, { status: 400, code: 'invalid_parameter', param, source: 'caller' });
}
