import type { Provider } from '@ai-proxy/core';
import { mistral, openaiCompatible } from '@ai-proxy/mistral';
import { startGgufSimulator, startMistralSimulator } from '@ai-proxy/testing';

/** Simulated upstreams, and the providers that lead to them. */
export interface Demo {
  readonly providers: readonly Provider[];
  close(): Promise<void>;
}

/** The header that every answer of a demonstration carries. */
export const demoHeader = 'x-ai-proxy-simulated';

export async function startDemo(): Promise<Demo> {
  const [cloud, local] = await Promise.all([startMistralSimulator(), startGgufSimulator()]);
  return {
    providers: [mistral({ baseURL: cloud.url, apiKey: cloud.apiKey }), openaiCompatible({ name: 'local', baseURL: `${local.url}/v1` })],
    async close() {
      await Promise.all([cloud.close(), local.close()]);
    },
  };
}
