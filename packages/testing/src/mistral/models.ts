import type { JsonObject } from '@ai-proxy/core';

/** What a simulated model can do, by Mistral's own names. */
export type Capability =
  | 'completion_chat'
  | 'function_calling'
  | 'reasoning'
  | 'completion_fim'
  | 'fine_tuning'
  | 'vision'
  | 'ocr'
  | 'classification'
  | 'moderation'
  | 'audio'
  | 'audio_transcription'
  | 'audio_transcription_realtime'
  | 'audio_speech'
  | 'unified_resources';

/** One physical model; it is listed once for each of its names. */
export interface SimulatedModel {
  /** Its own name first, then its aliases. */
  readonly names: readonly string[];
  readonly capabilities: readonly Capability[];
  /** Default 32768. */
  readonly context?: number;
  readonly temperature?: number;
  readonly deprecation?: { readonly date: string; readonly replacement: string };
  /** `always` thinks whatever is asked; `asked` thinks at `reasoning_effort: high`. */
  readonly thinking?: 'always' | 'asked';
  /** `relayed`: streams as the foreign models do that Mistral hosts. */
  readonly streams?: 'relayed';
  /** Models with an old tokenizer refuse content beside tool calls. */
  readonly oldTokenizer?: true;
  readonly fineTuned?: { readonly root: string; readonly job: string };
  readonly dimension?: { readonly default: number; readonly most: number };
}

const chat: readonly Capability[] = ['completion_chat', 'function_calling'];

/** The models of the simulator. */
export const simulatedModels: readonly SimulatedModel[] = [
  { names: ['mistral-large-2512', 'mistral-large-latest'], capabilities: [...chat, 'vision'], context: 262_144, temperature: 0.0 },
  {
    names: ['mistral-medium-2508', 'mistral-medium-latest', 'mistral-medium'],
    capabilities: [...chat, 'vision'],
    context: 131_072,
    temperature: 0.3,
  },
  {
    names: ['mistral-small-2603', 'mistral-small-latest'],
    capabilities: [...chat, 'vision', 'reasoning'],
    context: 262_144,
    temperature: 0.3,
    thinking: 'asked',
  },
  {
    names: ['ministral-8b-2512', 'ministral-8b-latest'],
    capabilities: [...chat, 'vision', 'fine_tuning'],
    context: 262_144,
    temperature: 0.3,
  },
  {
    names: ['open-mistral-nemo-2407', 'open-mistral-nemo', 'mistral-tiny-latest'],
    capabilities: chat,
    context: 131_072,
    temperature: 0.3,
    oldTokenizer: true,
    deprecation: { date: '2026-12-31T12:00:00Z', replacement: 'ministral-8b-latest' },
  },
  {
    names: ['magistral-medium-2509', 'magistral-medium-latest'],
    capabilities: [...chat, 'vision', 'reasoning'],
    context: 131_072,
    temperature: 0.7,
    thinking: 'always',
  },
  { names: ['zai-glm-4-6'], capabilities: chat, context: 131_072, streams: 'relayed' },
  { names: ['codestral-2508', 'codestral-latest'], capabilities: [...chat, 'completion_fim'], context: 256_000, temperature: 0.3 },
  { names: ['mistral-embed-2312', 'mistral-embed'], capabilities: [], context: 8192, dimension: { default: 1024, most: 1024 } },
  { names: ['codestral-embed-2505', 'codestral-embed'], capabilities: [], context: 8192, dimension: { default: 1536, most: 3072 } },
  { names: ['mistral-moderation-2411'], capabilities: ['moderation', 'classification'], context: 8192 },
  { names: ['mistral-moderation-2603', 'mistral-moderation-latest'], capabilities: ['moderation', 'classification'], context: 131_072 },
  { names: ['mistral-ocr-2512', 'mistral-ocr-latest'], capabilities: ['ocr', 'vision'], context: 16_384 },
  { names: ['voxtral-mini-2602', 'voxtral-mini-latest'], capabilities: ['audio_transcription', 'audio'], context: 16_384 },
  { names: ['voxtral-mini-tts-2603', 'voxtral-mini-tts-latest'], capabilities: ['audio_speech'], context: 4096 },
  {
    names: ['ft:classifier:ministral-3b-latest:simulator:20260102:intent'],
    capabilities: ['classification'],
    fineTuned: { root: 'ministral-3b-latest', job: '6f1b2c3d-0000-4000-8000-000000000001' },
  },
];

const allCapabilities: readonly Capability[] = [
  'completion_chat',
  'function_calling',
  'reasoning',
  'completion_fim',
  'fine_tuning',
  'vision',
  'ocr',
  'classification',
  'moderation',
  'audio',
  'audio_transcription',
  'audio_transcription_realtime',
  'audio_speech',
  'unified_resources',
];

export function findModel(models: readonly SimulatedModel[], name: string): SimulatedModel | undefined {
  return models.find((model) => model.names.includes(name));
}

/** The entry of a model under one of its names. */
export function modelEntry(model: SimulatedModel, name: string, now: number): JsonObject {
  const capabilities = Object.fromEntries(allCapabilities.map((capability) => [capability, model.capabilities.includes(capability)]));
  return {
    id: name,
    object: 'model',
    created: now,
    owned_by: 'mistralai',
    capabilities,
    name: model.names[0] ?? name,
    description: `Simulated ${model.names[0] ?? name}.`,
    max_context_length: model.context ?? 32_768,
    aliases: model.names.filter((alias) => alias !== name),
    deprecation: model.deprecation?.date ?? null,
    deprecation_replacement_model: model.deprecation?.replacement ?? null,
    default_model_temperature: model.temperature ?? null,
    type: model.fineTuned === undefined ? 'base' : 'fine-tuned',
    ...(model.fineTuned === undefined ? {} : { job: model.fineTuned.job, root: model.fineTuned.root, archived: false }),
  };
}
