import { invalidParameter, isJsonObject } from '@ai-proxy/core';
import type { JsonObject, JsonValue, ProviderCall } from '@ai-proxy/core';
const thinkValues = new Set<unknown>([true, false, 'low', 'medium', 'high', 'max']);

/** OpenAI's levels of effort, and the words that others have for them, as Ollama's. An empty one says nothing. */
const thinkOfEffort: ReadonlyMap<unknown, boolean | string | undefined> = new Map<unknown, boolean | string | undefined>([
  ['none', false],
  ['minimal', 'low'],
  ['low', 'low'],
  ['medium', 'medium'],
  ['high', 'high'],
  ['max', 'max'],
  ['xhigh', 'max'],
  ['ultra', 'max'],
  ['', undefined],
]);

/** Writes whether, and how much, the model shall think: Ollama's own `think` first, then `reasoning.effort`, then `reasoning_effort`. */
export function writeThink(body: JsonObject, input: JsonObject, call: ProviderCall): void {
  const asked = readThink(input, call);
  if (asked === undefined) return;
  const capabilities = call.modelInfo?.capabilities;
  // A model that does not think refuses the whole request when it is told to, but never when it is told not to.
  if (asked.think !== false && capabilities !== undefined && !capabilities.has('reasoning')) {
    call.drop(asked.field, 'the model does not think');
    return;
  }
  body['think'] = asked.think;
}

interface AskedThinking {
  readonly think: boolean | string;
  readonly field: string;
}

function readThink(input: JsonObject, call: ProviderCall): AskedThinking | undefined {
  const { think, reasoning, reasoning_effort: effort } = input;
  if (isJsonObject(reasoning)) {
    for (const key of Object.keys(reasoning)) if (key !== 'effort' && isGiven(reasoning[key])) call.drop(`reasoning.${key}`);
  } else if (isGiven(reasoning)) throw invalidParameter('reasoning', '`reasoning` must be an object with an effort');
  if (isGiven(think)) {
    if (!thinkValues.has(think)) throw invalidParameter('think', '`think` must be true, false, low, medium, high or max');
    return { think: think as boolean | string, field: 'think' };
  }
  const inner = isJsonObject(reasoning) ? reasoning['effort'] : undefined;
  return isGiven(inner) ? readEffort(inner, 'reasoning.effort') : isGiven(effort) ? readEffort(effort, 'reasoning_effort') : undefined;
}

function readEffort(effort: JsonValue, field: string): AskedThinking | undefined {
  if (!thinkOfEffort.has(effort)) {
    throw invalidParameter(field, `\`${field}\` must be none, minimal, low, medium, high, xhigh, ultra or max`);
  }
  const think = thinkOfEffort.get(effort);
  return think === undefined ? undefined : { think, field };
}

function isGiven(value: JsonValue | undefined): value is Exclude<JsonValue, null> {
  return value !== undefined && value !== null;
}
