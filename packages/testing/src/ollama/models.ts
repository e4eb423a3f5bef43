import type { JsonObject } from '@ai-proxy/core';

/** What a model can do, by Ollama's own names. */
export type OllamaCapability = 'completion' | 'tools' | 'insert' | 'vision' | 'embedding' | 'thinking';

/** One model of a simulated Ollama. */
export interface OllamaModel {
  /** With or without its tag; `latest` is meant where there is none. */
  readonly name: string;
  readonly capabilities: readonly OllamaCapability[];
  /** The family, which is also the prefix of its `model_info`. Default `llama`. */
  readonly family?: string;
  /** What the model was trained for. Default 131072. */
  readonly contextLength?: number;
  /** Length of embedding vectors. Default 768. */
  readonly dimension?: number;
  /** Options from its Modelfile; those of a request win. */
  readonly parameters?: JsonObject;
  /** System prompt from its Modelfile. */
  readonly system?: string;
  readonly template?: string;
  readonly license?: string;
  /** Set where the model runs in the cloud. */
  readonly remote?: { readonly model: string; readonly host: string };
}

/** The models that a simulated Ollama has from the start: one of every kind. */
export const ollamaModels: readonly OllamaModel[] = [
  { name: 'llama3.2', capabilities: ['completion', 'tools'], family: 'llama' },
  { name: 'qwen3:8b', capabilities: ['completion', 'tools', 'thinking'], family: 'qwen3', contextLength: 40_960 },
  { name: 'gpt-oss:20b', capabilities: ['completion', 'tools', 'thinking'], family: 'gptoss' },
  { name: 'gemma3:4b', capabilities: ['completion', 'vision'], family: 'gemma3' },
  { name: 'mistral-small3.2:24b', capabilities: ['completion', 'tools', 'vision'], family: 'mistral3' },
  { name: 'qwen2.5-coder:7b', capabilities: ['completion', 'tools', 'insert'], family: 'qwen2', contextLength: 32_768 },
  { name: 'nomic-embed-text', capabilities: ['embedding'], family: 'nomic-bert', contextLength: 2048, dimension: 768 },
  {
    name: 'gpt-oss:120b-cloud',
    capabilities: ['completion', 'tools', 'thinking'],
    family: 'gptoss',
    remote: { model: 'gpt-oss:120b', host: 'https://ollama.com:443' },
  },
];

/** What can be pulled beside the models it has from the start. */
export const registryModels: readonly OllamaModel[] = [
  { name: 'smollm2:135m', capabilities: ['completion', 'tools'], family: 'llama', contextLength: 8192 },
  { name: 'all-minilm', capabilities: ['embedding'], family: 'bert', contextLength: 256, dimension: 384 },
];
