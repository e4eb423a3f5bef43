import type { JsonObject, ListedModel } from '@ai-proxy/core';
import { noTime, toTimestamp } from '../answers/clock.ts';

/** Files and families of models are not known here, and so not named. */
export function unknownDetails(): JsonObject {
  return { parent_model: '', format: '', family: '', families: [], parameter_size: '', quantization_level: '' };
}

/** When a model was made, as far as its listing says. */
export function modifiedAt({ created }: ListedModel): string {
  return created === undefined || created <= 0 || created >= 8_640_000_000_000 ? noTime : toTimestamp(created * 1000);
}

const capabilityOfWord: ReadonlyMap<string, string> = new Map([
  ['chat', 'completion'],
  ['completions', 'completion'],
  ['tools', 'tools'],
  ['fim', 'insert'],
  ['vision', 'vision'],
  ['embeddings', 'embedding'],
  ['reasoning', 'thinking'],
  ['audio', 'audio'],
]);

/** What a model can do, in Ollama's words; absent where nobody said, for an empty list would say that it can do nothing. */
export function toCapabilities({ capabilities }: ListedModel): { readonly capabilities?: string[] } {
  if (capabilities === undefined) return {};
  const words = [...capabilityOfWord].filter(([word]) => capabilities.has(word)).map(([, capability]) => capability);
  return { capabilities: [...new Set(words)] };
}
