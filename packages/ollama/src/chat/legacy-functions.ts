import { isJsonObject } from '@ai-proxy/core';
import type { JsonObject, ProviderCall, StreamDecoder } from '@ai-proxy/core';
import { toObjects } from '../requests/field-rules.ts';

// Keyed by the call that passes through `request`, `response` and the decoder alike; nothing is kept longer than the call lives.
const legacyCalls = new WeakSet<ProviderCall>();

/** Remembers that a caller speaks OpenAI's older `functions` and expects `function_call` in the answer. */
export function rememberLegacyFunctions(input: JsonObject, call: ProviderCall): void {
  if (toObjects(input['functions']).length > 0 && toObjects(input['tools']).length === 0) legacyCalls.add(call);
}

/** Turns the first tool call of each choice back into `function_call`, where the caller speaks that. */
export function withFunctionCall(answer: JsonObject, call: ProviderCall): JsonObject {
  if (!legacyCalls.has(call)) return answer;
  for (const choice of toObjects(answer['choices'])) rewriteChoice(choice, choice['message']);
  return answer;
}

/** The same for each chunk of a stream; the decoder itself where the caller speaks of tools. */
export function withFunctionCallChunks(decoder: StreamDecoder, call: ProviderCall): StreamDecoder {
  if (!legacyCalls.has(call)) return decoder;
  return {
    get done() {
      return decoder.done === true;
    },
    decode: (frame) => decoder.decode(frame).filter(rewriteChunk),
    end: () => decoder.end(),
  };
}

/** False where nothing is left to say: a chunk of a second call, which the older form has no place for. */
function rewriteChunk(chunk: JsonObject): boolean {
  for (const choice of toObjects(chunk['choices'])) {
    const { delta } = choice;
    const spoke = isJsonObject(delta) && delta['tool_calls'] !== undefined;
    rewriteChoice(choice, delta);
    if (spoke && Object.keys(delta).length === 0) return false;
  }
  return true;
}

function rewriteChoice(choice: JsonObject, holder: unknown): void {
  if (choice['finish_reason'] === 'tool_calls') choice['finish_reason'] = 'function_call';
  if (!isJsonObject(holder) || !Array.isArray(holder['tool_calls'])) return;
  const first = toObjects(holder['tool_calls']).find((call) => (call['index'] ?? 0) === 0);
  delete holder['tool_calls'];
  if (first?.['function'] !== undefined) holder['function_call'] = first['function'];
}
