import { createProxy, fallback } from '@ai-proxy/core';
import type { Proxy } from '@ai-proxy/core';
import { mistral } from '@ai-proxy/mistral';
import type { MistralOptions } from '@ai-proxy/mistral';
import OpenAI from 'openai';

/** The models of an application, without a server: the client's `fetch` is the proxy, and no request leaves the process before it goes to a provider. */
export interface Models {
  readonly proxy: Proxy;
  readonly client: OpenAI;
}

export function createModels(options?: MistralOptions): Models {
  const proxy = createProxy({
    providers: [mistral(options)],
    aliases: { fast: fallback('mistral/mistral-small-latest', 'mistral/ministral-8b-latest') },
  });
  // Only the path of the URL counts. The proxy has tried again what can be tried again, so the client need not.
  const client = new OpenAI({ fetch: proxy.fetch, baseURL: 'http://ai.local/v1', apiKey: 'unused', maxRetries: 0 });
  return { proxy, client };
}
