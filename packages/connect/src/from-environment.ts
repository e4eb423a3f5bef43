import { readEnvironment } from '@ai-proxy/core';
import type { CallerFace, Provider, ProviderFromEnvironment } from '@ai-proxy/core';
import { mistralFromEnvironment } from '@ai-proxy/mistral';
import { ollamaFromEnvironment } from '@ai-proxy/ollama';

/** What the environment can name. */
export const namedByEnvironment: readonly [ProviderFromEnvironment, ...ProviderFromEnvironment[]] = [
  mistralFromEnvironment,
  ollamaFromEnvironment,
];

/** The providers that the environment names: `MISTRAL_API_KEY` stands for `mistral()`, `OLLAMA_HOST` or `OLLAMA_API_KEY` for `ollama()`. */
export function providersFromEnvironment(): readonly Provider[] {
  return readEnvironment(namedByEnvironment).providers;
}

/** The dialects beside OpenAI's that the environment switches on: `AI_PROXY_OLLAMA_FACE=1`. */
export function facesFromEnvironment(): readonly CallerFace[] {
  return readEnvironment(namedByEnvironment).faces;
}
