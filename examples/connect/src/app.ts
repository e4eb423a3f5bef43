import { aiProxy } from '@ai-proxy/connect';
import { fallback } from '@ai-proxy/core';
import { mistral, openaiCompatible } from '@ai-proxy/mistral';
import type { MistralOptions } from '@ai-proxy/mistral';
import connect from 'connect';

/** Mistral, and a GGUF server of your own that takes over when Mistral fails. */
export function createApp(options: MistralOptions, local: string): connect.Server {
  const app = connect();
  app.use(
    '/ai',
    aiProxy({
      providers: [mistral(options), openaiCompatible({ name: 'local', baseURL: local })],
      aliases: { safe: fallback('mistral/mistral-small-latest', 'local/default') },
    }),
  );
  return app;
}
