import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject } from '@ai-proxy/core';

const wordOfFlag: ReadonlyMap<string, readonly string[]> = new Map([
  ['completion_chat', ['chat']],
  ['completion_fim', ['fim', 'completions']],
  ['function_calling', ['tools']],
  ['reasoning', ['reasoning']],
  ['vision', ['vision']],
  ['ocr', ['ocr']],
  ['moderation', ['moderations']],
  ['audio', ['audio']],
  ['audio_transcription', ['audio']],
  ['audio_transcription_realtime', ['audio']],
  ['audio_speech', ['audio']],
]);

/** What a listed model can do; nothing where the listing does not say. */
export function readCapabilities(entry: JsonObject, completionsAsChat: boolean): ReadonlySet<string> | undefined {
  const flags = entry['capabilities'];
  if (!isJsonObject(flags)) return undefined;
  const words = new Set<string>();
  for (const [flag, names] of wordOfFlag) {
    if (flags[flag] === true) for (const name of names) words.add(name);
  }
  if (completionsAsChat && words.has('chat')) words.add('completions');
  if (words.size > 0) return words;
  // Mistral has no flag for embeddings: a model that can do none of the above and is called so is the only sign.
  const { id } = entry;
  return typeof id === 'string' && /embed/i.test(id) ? new Set(['embeddings']) : undefined;
}
