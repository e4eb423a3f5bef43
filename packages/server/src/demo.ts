import type { Provider } from '@ai-proxy/core';
import { mistral, openaiCompatible } from '@ai-proxy/mistral';
import { ollama } from '@ai-proxy/ollama';
import { startGgufSimulator, startMistralSimulator, startOllamaSimulator } from '@ai-proxy/testing';

/** Simulated upstreams, and the providers that lead to them. */
export interface Demo {
  readonly providers: readonly Provider[];
  close(): Promise<void>;
}

/** The header that every answer of a demonstration carries. */
export const demoHeader = 'x-ai-proxy-simulated';

export async function startDemo(): Promise<Demo> {
  const [cloud, gguf, home] = await Promise.all([startMistralSimulator(), startGgufSimulator(), startOllamaSimulator()]);
  return {
    providers: [
      mistral({ baseURL: cloud.url, apiKey: cloud.apiKey }),
      ollama({ baseURL: home.url }),
      openaiCompatible({ name: 'local', baseURL: `${gguf.url}/v1` }),
    ],
    async close() {
      await Promise.all([cloud.close(), gguf.close(), home.close()]);
    },
  };
}
