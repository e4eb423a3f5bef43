import type { JsonObject } from '@ai-proxy/core';
import type { Truth } from '../server/answer.ts';
import { countPromptTokens, lastUserText, trailingToolResults } from './conversation.ts';
import { countTokens, tokensOf } from './tokens.ts';
import { chooseToolCalls } from './tool-choice.ts';
import type { ComposedCall, ToolWish } from './tool-choice.ts';
import { valueFromSchema } from './value-from-schema.ts';

/** What a chat request asks for, free of any dialect. */
export interface ChatWish {
  readonly model: string;
  readonly messages: readonly JsonObject[];
  readonly tools: ToolWish;
  readonly choices: number;
  readonly maxTokens: number | undefined;
  readonly stop: readonly string[];
  /** `text`, any JSON object, or JSON by a schema. */
  readonly format: 'text' | 'json' | { readonly schema: unknown };
  readonly thinks: boolean;
  /** What the answer continues, where the last message is the beginning of it. */
  readonly prefix: string;
}

/** What a simulated model answers: a function of the wish and nothing else. */
export interface Composition {
  readonly texts: readonly string[];
  readonly thinking: string;
  readonly calls: readonly ComposedCall[];
  readonly finish: 'stop' | 'length' | 'tool_calls';
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** Composes an answer: calls of tools, JSON, or a sentence that echoes the last user text or quotes the results of tools. */
export function composeChat(wish: ChatWish): Composition {
  const calls = chooseToolCalls(wish.messages, wish.tools);
  const whole = calls.length > 0 ? '' : answerText(wish);
  const cut = cutText(whole, wish);
  const texts =
    calls.length > 0 ? [] : Array.from({ length: wish.choices }, (_, index) => (index === 0 ? cut.text : varied(cut.text, index, wish)));
  const thinking = wish.thinks ? `I was asked this: ${lastUserText(wish.messages)} So I answer it.` : '';
  const spoken = [thinking, ...texts, ...calls.map((call) => `${call.name} ${call.arguments}`)];
  return {
    texts,
    thinking,
    calls,
    finish: calls.length > 0 ? 'tool_calls' : cut.finish,
    promptTokens: countPromptTokens(wish.messages),
    completionTokens: spoken.reduce((sum, text) => sum + countTokens(text), 0),
  };
}

/** What a right caller sees of a composition. */
export function truthOf(composition: Composition): Truth {
  return {
    texts: composition.texts,
    ...(composition.thinking === '' ? {} : { thinking: composition.thinking }),
    toolCalls: composition.calls,
    finishReason: composition.finish,
    promptTokens: composition.promptTokens,
    completionTokens: composition.completionTokens,
  };
}

/** The middle that a simulated model puts between a prompt and a suffix. */
export function composeMiddle(prompt: string, suffix: string, maxTokens: number | undefined, stop: readonly string[]): Composition {
  const before = prompt.trimEnd().split('\n').at(-1)?.trim() ?? '';
  const after = suffix.trimStart().split('\n')[0]?.trim() ?? '';
  const { text, finish } = cutText(`simulated code after ${before}${after === '' ? '' : ` and before ${after}`}`, { maxTokens, stop });
  return {
    texts: [text],
    thinking: '',
    calls: [],
    finish,
    promptTokens: countTokens(prompt) + countTokens(suffix),
    completionTokens: countTokens(text),
  };
}

function answerText(wish: ChatWish): string {
  const results = trailingToolResults(wish.messages);
  const asked = lastUserText(wish.messages);
  if (wish.format === 'json') return JSON.stringify({ answer: `You said: ${asked}`, results });
  if (typeof wish.format === 'object') return JSON.stringify(valueFromSchema(wish.format.schema));
  if (results.length > 0) return `${wish.prefix}The tool answered: ${results.join(' and ')}`;
  return `${wish.prefix}This is the simulator of ${wish.model}. You said: ${asked}`;
}

/** Another choice of the same answer. JSON stays the same, so that it stays right; so does what was cut, so that it stays as long. */
function varied(text: string, index: number, wish: ChatWish): string {
  return wish.format === 'text' && wish.maxTokens === undefined && wish.stop.length === 0 ? `${text} (choice ${index})` : text;
}

function cutText(
  whole: string,
  limits: { readonly maxTokens: number | undefined; readonly stop: readonly string[] },
): { text: string; finish: 'stop' | 'length' } {
  const ends = limits.stop.map((mark) => (mark === '' ? -1 : whole.indexOf(mark))).filter((at) => at !== -1);
  const text = ends.length === 0 ? whole : whole.slice(0, Math.min(...ends));
  const tokens = tokensOf(text);
  if (limits.maxTokens === undefined || tokens.length <= limits.maxTokens) return { text, finish: 'stop' };
  return { text: tokens.slice(0, limits.maxTokens).join(''), finish: 'length' };
}
