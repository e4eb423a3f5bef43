import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { alphanumericId } from '../content/identifiers.ts';
import type { ComposedCall } from '../content/tool-choice.ts';
import type { OllamaSetup } from './setup.ts';

/** Calls as Ollama writes them: whole, and with arguments that are an object. */
export function toolCallsOf(
  calls: readonly ComposedCall[],
  { setup, seed }: { readonly setup: OllamaSetup; readonly seed: string },
): JsonObject[] {
  return calls.map((call, index) => ({
    ...idOf(setup.toolCallIds, `call ${seed} ${index}`),
    function: {
      ...(setup.toolCallIds === 'none' ? {} : { index: setup.toolCallIds === 'none-index-zero' ? 0 : index }),
      name: call.name,
      arguments: JSON.parse(call.arguments) as JsonValue,
    },
  }));
}

function idOf(form: OllamaSetup['toolCallIds'], seed: string): { id?: string } {
  if (form === 'template') return { id: `call_${alphanumericId(seed, 8).toLowerCase()}` };
  return form === 'native' ? { id: alphanumericId(seed, 32) } : {};
}
