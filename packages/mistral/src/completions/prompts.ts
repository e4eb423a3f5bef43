import { invalidParameter } from '@ai-proxy/core';
import type { JsonValue } from '@ai-proxy/core';
/** The prompts of an older completion request: one string, or several. Tokens mean nothing without OpenAI's tokenizer. */
export function readPrompts(prompt: JsonValue | undefined): readonly [string, ...string[]] {
  if (typeof prompt === 'string') return [prompt];
  if (!Array.isArray(prompt) || prompt.length === 0) throw invalidParameter('prompt', '`prompt` must be a string or a list of strings');
  const [first, ...others] = prompt.map((entry, index) => {
    if (typeof entry === 'string') return entry;
    throw invalidParameter(`prompt[${index}]`, '`prompt` must be text: this provider takes no token arrays');
  });
  if (first === undefined) throw invalidParameter('prompt', '`prompt` must be a string or a list of strings');
  return [first, ...others];
}
