import { environmentVariable } from '@ai-proxy/core';
import type { ProviderFromEnvironment } from '@ai-proxy/core';
import { ollamaFace } from './face/ollama-face.ts';
import { ollama } from './ollama.ts';

/** `OLLAMA_HOST` or `OLLAMA_API_KEY` stands for `ollama()`, and `AI_PROXY_OLLAMA_FACE=1` for Ollama's dialect in front of every provider. */
export const ollamaFromEnvironment: ProviderFromEnvironment = {
  variables: ['OLLAMA_HOST', 'OLLAMA_API_KEY'],
  create: () => ollama(),
  faces: () => (environmentVariable('AI_PROXY_OLLAMA_FACE') === '1' ? [ollamaFace()] : []),
};
