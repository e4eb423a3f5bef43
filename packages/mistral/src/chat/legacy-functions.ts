import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject, ProviderCall, StreamDecoder } from '@ai-proxy/core';

// Keyed by the call that passes through `request`, `response` and the decoder alike; nothing is kept longer than the call lives.
const legacyCalls = new WeakSet<ProviderCall>();

/** Remembers that a caller speaks OpenAI's older `functions` and expects `function_call` in the answer. */
export function rememberLegacyFunctions(input: JsonObject, call: ProviderCall): boolean {
  const legacy = Array.isArray(input['functions']) && input['functions'].length > 0 && !hasTools(input);
  if (legacy) legacyCalls.add(call);
  return legacy;
}

function hasTools(input: JsonObject): boolean {
  return Array.isArray(input['tools']) && input['tools'].length > 0;
}

/** Turns the first tool call of each choice back into `function_call`, where the caller speaks that. */
export function withFunctionCall(answer: JsonObject, call: ProviderCall): JsonObject {
  if (!legacyCalls.has(call) || !Array.isArray(answer['choices'])) return answer;
  for (const choice of answer['choices']) {
    if (isJsonObject(choice)) rewriteChoice(choice, choice['message']);
  }
  return answer;
}

/** The same for each chunk of a stream; the decoder itself where the caller speaks of tools. */
export function withFunctionCallChunks(decoder: StreamDecoder, call: ProviderCall): StreamDecoder {
  if (!legacyCalls.has(call)) return decoder;
  const rewrite = (chunks: readonly JsonObject[]): readonly JsonObject[] => chunks.filter(rewriteChunk);
  return {
    decode: (frame) => rewrite(decoder.decode(frame)),
    end: () => {
      const { chunks, complete } = decoder.end();
      return { chunks: rewrite(chunks), complete };
    },
  };
}

/** False where nothing is left to say: a chunk of a second call, which the older form has no place for. */
function rewriteChunk(chunk: JsonObject): boolean {
  if (!Array.isArray(chunk['choices'])) return true;
  for (const choice of chunk['choices']) {
    if (!isJsonObject(choice)) continue;
    const delta = choice['delta'];
    const spoke = isJsonObject(delta) && delta['tool_calls'] !== undefined;
    rewriteChoice(choice, delta);
    if (spoke && Object.keys(delta).length === 0) return false;
  }
  return true;
}

function rewriteChoice(choice: JsonObject, holder: unknown): void {
  if (choice['finish_reason'] === 'tool_calls') choice['finish_reason'] = 'function_call';
  if (!isJsonObject(holder) || !Array.isArray(holder['tool_calls'])) return;
  const first = holder['tool_calls'].find((call) => isJsonObject(call) && (call['index'] ?? 0) === 0);
  delete holder['tool_calls'];
  if (isJsonObject(first) && first['function'] !== undefined) holder['function_call'] = first['function'];
}
