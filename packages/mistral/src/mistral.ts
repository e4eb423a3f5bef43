import { defineProvider, environmentVariable, ProxyError } from '@ai-proxy/core';
import type { ApiKey, Provider } from '@ai-proxy/core';
import { chatOperation } from './chat/operation.ts';
import { completionsOperation } from './completions/operation.ts';
import { embeddingsOperation } from './embeddings/operation.ts';
import { toMistralFailure } from './errors/mistral-failure.ts';
import { fimOperation } from './fim/operation.ts';
import { mistralAnswerHeaders } from './headers/answer-headers.ts';
import { mistralModels } from './models/listing.ts';
import { moderationsOperation } from './moderations/operation.ts';
import { mistralNative } from './native/surface.ts';
import { toBaseURL } from './options/base-url.ts';
import type { MistralOptions } from './options/mistral-options.ts';
import { readMistralOptions } from './options/read-mistral-options.ts';

/**
 * Mistral as a provider: `mistral()` takes its key from `MISTRAL_API_KEY`. Construction checks the options and touches nothing else.
 * Another account or host, such as Codestral's, is a provider of its own with a name of its own.
 */
export function mistral(options: MistralOptions = {}): Provider {
  const { name, baseURL, open, ...behaviour } = readMistralOptions(options);
  return defineProvider({
    name,
    system: 'mistral_ai',
    baseURL: () => baseURL ?? baseURLFromEnvironment(),
    apiKey: apiKeyOf(name, options.apiKey),
    ...(options.headers === undefined ? {} : { headers: options.headers }),
    operations: {
      chat: chatOperation(behaviour),
      completions: completionsOperation(behaviour),
      fim: fimOperation,
      embeddings: embeddingsOperation,
      moderations: moderationsOperation,
    },
    models: mistralModels(behaviour.completionsAsChat),
    answerHeaders: mistralAnswerHeaders,
    error: toMistralFailure,
    native: mistralNative(open),
  });
}

function apiKeyOf(name: string, given: ApiKey | undefined): ApiKey {
  if (given === undefined) return () => environmentVariable('MISTRAL_API_KEY') ?? missingKey(name);
  // An application that hands on an unset variable can still be built and tested; only a call fails.
  return given === '' ? () => missingKey(name) : given;
}

function missingKey(name: string): never {
  throw new ProxyError(`the provider ${name} has no key: set MISTRAL_API_KEY, or give mistral() an \`apiKey\``, {
    status: 500,
    code: 'not_configured',
  });
}

function baseURLFromEnvironment(): string {
  const given = environmentVariable('MISTRAL_API_BASE');
  if (given === undefined) return 'https://api.mistral.ai';
  try {
    return toBaseURL('MISTRAL_API_BASE', given);
  } catch (error) {
    const message = error instanceof Error ? error.message : 'MISTRAL_API_BASE cannot be read';
    throw new ProxyError(message, { status: 500, code: 'not_configured', cause: error });
  }
}
