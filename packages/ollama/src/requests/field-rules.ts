import { isJsonObject } from '@ai-proxy/core';
import type { FieldContext as AnyFieldContext, FieldRule as AnyFieldRule, JsonObject, JsonValue } from '@ai-proxy/core';

/** What a rule of Ollama's may look at beside the rest: the body's `options`. */
export interface FieldContext extends AnyFieldContext {
  readonly options: JsonObject;
}

/** Carries one top-level field over. */
export type FieldRule = AnyFieldRule<FieldContext>;

/** Whether a value is a list of objects; what is none is no list of anything that is known here. */
export function toObjects(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
