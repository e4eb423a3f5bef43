import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { fromLogprobs } from './logprobs.ts';

/** What a choice of an answer, or of one chunk of a stream, says. */
export interface Said {
  readonly text: string;
  readonly thinking: string;
  /** Calls, or fragments of them. */
  readonly calls: readonly JsonValue[];
  readonly logprobs: readonly JsonObject[];
}

/** Reads a choice of OpenAI's chat, whole or in a stream, or of its older completions. */
export function readSaid(choice: JsonObject): Said {
  const { message, delta, text } = choice;
  const said = isJsonObject(message) ? message : isJsonObject(delta) ? delta : {};
  return {
    // A refusal is something that was said; Ollama has no other place for it.
    text: firstText(text, said['content'], said['refusal']),
    thinking: firstText(said['reasoning_content'], said['reasoning']),
    calls: Array.isArray(said['tool_calls']) ? said['tool_calls'] : [],
    logprobs: fromLogprobs(choice['logprobs']),
  };
}

/** The first choice of an output: Ollama has one. */
export function firstChoice({ choices }: JsonObject): JsonObject | undefined {
  return Array.isArray(choices) ? choices.filter(isJsonObject).find(({ index }) => index === undefined || index === 0) : undefined;
}

function firstText(...candidates: readonly (JsonValue | undefined)[]): string {
  return candidates.find((value): value is string => typeof value === 'string' && value !== '') ?? '';
}
