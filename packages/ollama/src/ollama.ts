import { defineProvider, environmentVariable } from '@ai-proxy/core';
import type { ApiKey, Provider } from '@ai-proxy/core';
import { chatOperation } from './chat/operation.ts';
import { completionsOperation } from './completions/operation.ts';
import { embeddingsOperation } from './embeddings/operation.ts';
import { toOllamaFailure } from './errors/ollama-failure.ts';
import { fimOperation } from './fim/operation.ts';
import { ollamaModels } from './models/listing.ts';
import { ollamaNative } from './native/surface.ts';
import { baseURLFromEnvironment, isHostedService } from './options/base-url.ts';
import type { OllamaOptions } from './options/ollama-options.ts';
import { readOllamaOptions } from './options/read-ollama-options.ts';

/**
 * An Ollama server as a provider, by its native API: `ollama()` is the one on this machine, or the one that `OLLAMA_HOST` names. Construction checks the
 * options and touches nothing else. Another server, such as the hosted one, is a provider of its own with a name of its own.
 */
export function ollama(options: OllamaOptions = {}): Provider {
  const { name, baseURL, open, ...behaviour } = readOllamaOptions(options);
  const currentBaseURL = (): string => baseURL ?? baseURLFromEnvironment();
  return defineProvider({
    name,
    system: 'ollama',
    baseURL: currentBaseURL,
    apiKey: options.apiKey ?? keyOfHostedService(currentBaseURL),
    // A server that asks for no key is shown none.
    authorize: (credential: string): Record<string, string> => (credential === '' ? {} : { authorization: `Bearer ${credential}` }),
    ...(options.headers === undefined ? {} : { headers: options.headers }),
    operations: {
      chat: chatOperation(behaviour),
      completions: completionsOperation(behaviour),
      fim: fimOperation(behaviour),
      embeddings: embeddingsOperation(behaviour),
    },
    models: ollamaModels,
    error: toOllamaFailure,
    native: ollamaNative(open),
  });
}

function keyOfHostedService(currentBaseURL: () => string): ApiKey {
  return () => (isHostedService(currentBaseURL()) ? (environmentVariable('OLLAMA_API_KEY') ?? '') : '');
}
