import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { composeMiddle, truthOf } from '../content/compose.ts';
import type { Composition } from '../content/compose.ts';
import { alphanumericId } from '../content/identifiers.ts';
import { countTokens, groupTokens, tokensOf } from '../content/tokens.ts';
import { stopMarks } from '../content/stop-marks.ts';
import { isObject, textOf, wordOf } from '../json/json-object.ts';
import { json } from '../server/answer.ts';
import type { Answer, StreamEvent } from '../server/answer.ts';
import { ggufUsage, timings } from './chat-answer.ts';
import { limit } from './chat-wish.ts';
import { llamaError, pythonError } from './errors.ts';
import type { GgufSetup } from './setup.ts';

/** `POST /v1/completions`, the form of OpenAI. */
export function answerCompletions(body: JsonObject, setup: GgufSetup, seed: string, chunks: number | undefined): Answer {
  const llama = setup.dialect === 'llama-server';
  const prompts = promptTexts(body.prompt);
  if (prompts.length === 0) return llama ? llamaError(500, '"prompt" must not be empty') : pythonError(500, 'prompt must not be empty');
  if (llama && body.echo === true) return llamaError(500, 'Only no echo is supported');
  const maxTokens = llama ? limit(body.max_tokens, body.max_completion_tokens, body.n_predict) : (limit(body.max_tokens) ?? 16);
  const parts = prompts.map((prompt) =>
    composeMiddle(prompt, llama ? '' : (textOf(body.suffix ?? undefined) ?? ''), maxTokens, stopMarks(body.stop)),
  );
  const composition: Composition = {
    texts: parts.flatMap((part) => part.texts),
    thinking: '',
    calls: [],
    finish: parts.some((part) => part.finish === 'length') ? 'length' : 'stop',
    promptTokens: parts.reduce((sum, part) => sum + part.promptTokens, 0),
    completionTokens: parts.reduce((sum, part) => sum + part.completionTokens, 0),
  };
  const base = { id: `cmpl-${alphanumericId(seed, 32)}`, object: 'text_completion', created: setup.now(), model: setup.model };
  const measure = llama ? { timings: timings(composition) } : {};
  const usage = ggufUsage(composition, setup.dialect);
  const choice = (text: string, index: number, finish: string | null): JsonObject => ({
    text,
    index,
    logprobs: null,
    finish_reason: finish,
  });
  if (body.stream !== true) {
    const choices = parts.map((part, index) => choice(part.texts[0] ?? '', index, part.finish));
    return { ...json(200, { ...base, choices, usage, ...measure }), truth: truthOf(composition) };
  }
  const asked = llama && isObject(body.stream_options) && body.stream_options.include_usage === true;
  const texts = parts.flatMap((part, index) =>
    groupTokens(tokensOf(part.texts[0] ?? ''), chunks).map((piece): StreamEvent => ({
      data: { ...base, choices: [choice(piece, index, null)] },
      tokens: countTokens(piece),
    })),
  );
  const ends = parts.map((part, index): StreamEvent => ({
    data: { ...base, choices: [choice('', index, part.finish)], ...(asked ? {} : measure) },
  }));
  const last: StreamEvent[] = asked ? [{ data: { ...base, choices: [], usage, ...measure } }] : [];
  return { kind: 'stream', status: 200, events: [...texts, ...ends, ...last, { data: '[DONE]' }], truth: truthOf(composition) };
}

/** llama-server's own form, at the same path without `/v1`: another answer altogether. */
export function answerNativeCompletion(body: JsonObject, setup: GgufSetup): Answer {
  const [prompt] = promptTexts(body.prompt ?? body.input_prefix);
  if (prompt === undefined) return llamaError(500, '"prompt" must not be empty');
  const composition = composeMiddle(prompt, textOf(body.input_suffix) ?? '', limit(body.n_predict, body.max_tokens), stopMarks(body.stop));
  const whole = { index: 0, content: composition.texts[0] ?? '', tokens: [], id_slot: 0, stop: true, model: setup.model };
  const counts = {
    tokens_predicted: composition.completionTokens,
    tokens_evaluated: composition.promptTokens,
    timings: timings(composition),
  };
  if (body.stream !== true) return json(200, { ...whole, ...counts, stop_type: composition.finish === 'length' ? 'limit' : 'eos' });
  const pieces = tokensOf(whole.content).map((content): StreamEvent => ({
    data: { index: 0, content, tokens: [], stop: false, id_slot: 0 },
    tokens: 1,
  }));
  return { kind: 'stream', status: 200, events: [...pieces, { data: { ...whole, content: '', ...counts } }] };
}

/** Prompts in any of their forms: a string, tokens, a mix, or a list of those. */
function promptTexts(prompt: JsonValue | undefined): string[] {
  if (typeof prompt === 'string') return prompt === '' ? [] : [prompt];
  if (!Array.isArray(prompt) || prompt.length === 0) return [];
  if (prompt.some((part) => typeof part === 'number')) return [prompt.map(String).join(' ')];
  return prompt.map((part) => (Array.isArray(part) ? part.map(String).join(' ') : wordOf(part)));
}
