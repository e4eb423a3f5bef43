import { invalidParameter, isJsonObject } from '@ai-proxy/core';
import type { JsonObject, ProviderCall } from '@ai-proxy/core';
// Keyed by the call that passes through `request` and the decoder alike; nothing is kept longer than the call lives.
const echoedPrompts = new WeakMap<ProviderCall, string>();

/** Whether the prompt shall stand before the answer; Ollama has no such thing. */
export function asksForEcho(input: JsonObject): boolean {
  const { echo } = input;
  if (echo === undefined || echo === null || typeof echo === 'boolean') return echo === true;
  throw invalidParameter('echo', '`echo` must be true or false');
}

export function rememberEcho(prompt: string, call: ProviderCall): void {
  echoedPrompts.set(call, prompt);
}

/** The prompt that a stream begins with; empty where none was asked for. */
export function echoedPrompt(call: ProviderCall): string {
  return echoedPrompts.get(call) ?? '';
}

/** Puts the prompt before a whole answer; offsets count from its beginning. */
export function withEcho(completion: JsonObject, prompt: string): JsonObject {
  const { choices } = completion;
  if (!Array.isArray(choices)) return completion;
  return { ...completion, choices: choices.filter(isJsonObject).map((choice) => echoInto(choice, prompt)) };
}

function echoInto(choice: JsonObject, prompt: string): JsonObject {
  const { text, logprobs } = choice;
  const echoed: JsonObject = { ...choice, text: prompt + (typeof text === 'string' ? text : '') };
  if (isJsonObject(logprobs) && Array.isArray(logprobs['text_offset'])) {
    const shifted = logprobs['text_offset'].map((offset) => (typeof offset === 'number' ? offset + prompt.length : offset));
    echoed['logprobs'] = { ...logprobs, text_offset: shifted };
  }
  return echoed;
}
