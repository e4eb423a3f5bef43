import { createProxy, definePolicy, ProxyError } from '@ai-proxy/core';
import type { CallerFace, Provider, Proxy } from '@ai-proxy/core';
import { mistral } from '@ai-proxy/mistral';
import { ollama, ollamaFace } from '@ai-proxy/ollama';
import { defaultWriting } from './mount-options.ts';

/** The providers that the environment names: `MISTRAL_API_KEY` stands for `mistral()`, `OLLAMA_HOST` or `OLLAMA_API_KEY` for `ollama()`. */
export function providersFromEnvironment(environment: Readonly<Record<string, string | undefined>> = process.env): Provider[] {
  const providers: Provider[] = [];
  if (isSet(environment.MISTRAL_API_KEY)) providers.push(mistral());
  if (isSet(environment.OLLAMA_HOST) || isSet(environment.OLLAMA_API_KEY)) providers.push(ollama());
  return providers;
}

/** The dialects beside OpenAI's that the environment switches on: `AI_PROXY_OLLAMA_FACE=1`. */
export function facesFromEnvironment(environment: Readonly<Record<string, string | undefined>> = process.env): CallerFace[] {
  return environment.AI_PROXY_OLLAMA_FACE === '1' ? [ollamaFace()] : [];
}

const isSet = (value: string | undefined): boolean => (value ?? '').trim() !== '';

/**
 * A proxy of whatever the environment names, read at the first call: importing and mounting need no secret. As long as nothing is named, every
 * path of the proxy answers with `not_configured`, and every other path is still the application's.
 */
export function createEnvironmentProxy(): Proxy {
  let configured: Proxy | undefined;
  let empty: Proxy | undefined;

  function proxy(): Proxy {
    if (configured !== undefined) return configured;
    const providers = providersFromEnvironment();
    if (providers.length > 0) {
      configured = createProxy({ providers, faces: facesFromEnvironment() });
      return configured;
    }
    empty ??= createProxy({ providers: [mistral()], faces: facesFromEnvironment(), policies: [refuseAll] });
    return empty;
  }

  return {
    handle: (request) => proxy().handle(request),
    fetch: (input, init) => proxy().fetch(input, init),
    upgrade: (request) => proxy().upgrade(request),
    async ready() {
      const current = proxy();
      if (current === empty) throw notConfigured();
      await current.ready();
    },
    close: (options) => proxy().close(options),
    // Core's own defaults: without options there are no others.
    writing: defaultWriting,
  };
}

const refuseAll = definePolicy({
  name: 'not-configured',
  stage: 'identify',
  handle: () => Promise.reject(notConfigured()),
});

const notConfigured = (): ProxyError =>
  new ProxyError(
    'The proxy was mounted without options, and the environment names no provider. Set MISTRAL_API_KEY or OLLAMA_HOST, or give options: aiProxy({ providers: [mistral()] }).',
    { status: 500, code: 'not_configured' },
  );
