import type { JsonObject } from '@ai-proxy/core';
import { isObject, objectsOf, textOf } from '../json/json-object.ts';
import { lastUserText, trailingToolResults } from './conversation.ts';
import { valueFromSchema } from './value-from-schema.ts';

/** A tool call that a simulated model makes. */
export interface ComposedCall {
  readonly name: string;
  readonly arguments: string;
}

/** What a request says about tools, in any dialect. */
export interface ToolWish {
  readonly tools: readonly JsonObject[];
  /** `auto`, `none`, `required`, or the name of the one tool. */
  readonly choice: 'auto' | 'none' | 'required' | { readonly name: string };
  readonly parallel: boolean;
}

/**
 * Which tools a simulated model calls. With `auto` it calls when the last user text holds the word "tool", "call", "use" or "both", or a tool's
 * name (also with spaces for underscores); `required` and a named tool always call. It calls the tool that was named, or the first one; with
 * "both" also the second, or the first again. Once tool results stand at the end it answers.
 */
export function chooseToolCalls(messages: readonly JsonObject[], wish: ToolWish): ComposedCall[] {
  const functions = wish.tools.map((tool) => tool.function).filter(isObject);
  if (functions.length === 0 || wish.choice === 'none' || trailingToolResults(messages).length > 0) return [];
  const text = lastUserText(messages);
  const { choice } = wish;
  const named =
    typeof choice === 'object'
      ? functions.find((candidate) => candidate.name === choice.name)
      : functions.find((candidate) => mentions(text, textOf(candidate.name) ?? ''));
  if (choice === 'auto' && named === undefined && !/\b(?:tools?|calls?|use|both)\b/iu.test(text)) return [];
  const first = named ?? functions[0];
  if (first === undefined) return [];
  const both = wish.parallel && /\bboth\b/iu.test(text);
  const second = functions.find((candidate) => candidate !== first) ?? first;
  return (both ? [first, second] : [first]).map((called, index) => ({
    name: textOf(called.name) ?? '',
    arguments: JSON.stringify(index === 1 && second === first ? again(called) : argumentsFor(called)),
  }));
}

/** The tools of a request that are functions; built-in tools run on the server and show no calls. */
export function functionTools(body: JsonObject): JsonObject[] {
  return objectsOf(body.tools).filter((tool) => isObject(tool.function));
}

function mentions(text: string, name: string): boolean {
  const lower = text.toLowerCase();
  return name !== '' && (lower.includes(name.toLowerCase()) || lower.includes(name.toLowerCase().replaceAll(/[_-]/gu, ' ')));
}

/** Arguments are an object, whatever a schema leaves open. */
function argumentsFor(called: JsonObject): JsonObject {
  const value = valueFromSchema({ type: 'object', ...(isObject(called.parameters) ? called.parameters : {}) });
  return isObject(value) ? value : {};
}

/** Arguments of a second call of the same tool: every text differs from the first call's. */
function again(called: JsonObject): JsonObject {
  const value = argumentsFor(called);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, typeof inner === 'string' ? `${inner} again` : inner]));
}
