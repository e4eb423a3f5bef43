import type { JsonObject } from '@ai-proxy/core';
import { truthOf } from '../content/compose.ts';
import type { Composition } from '../content/compose.ts';
import { alphanumericId } from '../content/identifiers.ts';
import { countTokens, groupTokens, tokensOf } from '../content/tokens.ts';
import { json } from '../server/answer.ts';
import type { Answer, StreamEvent } from '../server/answer.ts';
import type { GgufDialect } from './errors.ts';

/** What an answer says about itself. */
export interface GgufIdentity {
  readonly dialect: GgufDialect;
  readonly seed: string;
  readonly model: string;
  readonly created: number;
  /** The length of tool-call ids: nine where the model's format is Mistral's, else 32. */
  readonly callIdLength: number;
}

/** A whole chat answer. */
export function ggufChatAnswer(composition: Composition, identity: GgufIdentity): Answer {
  const llama = identity.dialect === 'llama-server';
  const { calls, thinking } = composition;
  const message = (text: string | null): JsonObject => ({
    role: 'assistant',
    content: text,
    ...(thinking === '' ? {} : { reasoning_content: thinking }),
    ...(calls.length === 0 ? {} : { tool_calls: calls.map((call, index) => wholeCall(call, identity, index)) }),
  });
  const texts = calls.length > 0 ? [null] : composition.texts;
  const choices = texts.map((text, index) => ({
    finish_reason: composition.finish,
    index,
    message: message(text),
    ...(llama ? {} : { logprobs: null }),
  }));
  const body = {
    choices,
    created: identity.created,
    model: identity.model,
    ...(llama ? { system_fingerprint: 'b7000-simulated' } : {}),
    object: 'chat.completion',
    usage: ggufUsage(composition, identity.dialect),
    id: `chatcmpl-${alphanumericId(identity.seed, 32)}`,
    ...(llama ? { timings: timings(composition) } : {}),
  };
  return { ...json(200, body), truth: truthOf(composition) };
}

/** A streamed chat answer. */
export function ggufChatStream(
  composition: Composition,
  identity: GgufIdentity,
  includeUsage: boolean,
  chunks: number | undefined,
): Answer {
  const llama = identity.dialect === 'llama-server';
  const base = {
    created: identity.created,
    id: `chatcmpl-${alphanumericId(identity.seed, 32)}`,
    model: identity.model,
    ...(llama ? { system_fingerprint: 'b7000-simulated' } : {}),
    object: 'chat.completion.chunk',
  };
  const write = (index: number, delta: JsonObject, finish: string | null = null, more: JsonObject = {}, tokens?: number): StreamEvent => ({
    data: { choices: [{ finish_reason: finish, index, delta, ...(llama ? {} : { logprobs: null }) }], ...base, ...more },
    ...(tokens === undefined ? {} : { tokens }),
  });
  const count = Math.max(composition.texts.length, 1);
  const every = Array.from({ length: count }, (_, index) => index);
  const roles = every.map((index) => write(index, llama ? { role: 'assistant', content: null } : { role: 'assistant' }));
  const thoughts = every.flatMap((index) =>
    groupTokens(tokensOf(composition.thinking), chunks).map((piece) =>
      write(index, { reasoning_content: piece }, null, {}, countTokens(piece)),
    ),
  );
  const texts = composition.texts.flatMap((text, index) =>
    groupTokens(tokensOf(text), chunks).map((content) => write(index, { content }, null, {}, countTokens(content))),
  );
  const calls = composition.calls
    .flatMap((call, index) => callFragments(call, identity, index))
    .map((part) => write(0, { tool_calls: [part] }, null, {}, 1));
  const asked = llama && includeUsage;
  const measure = llama ? { timings: timings(composition) } : {};
  const finish = every.map((index) => write(index, {}, composition.finish, index === count - 1 && !asked ? measure : {}));
  const usage: StreamEvent[] = asked
    ? [{ data: { choices: [], ...base, usage: ggufUsage(composition, identity.dialect), ...measure } }]
    : [];
  const events = [...roles, ...thoughts, ...texts, ...calls, ...finish, ...usage, { data: '[DONE]' }];
  return { kind: 'stream', status: 200, events, truth: truthOf(composition), headers: llama ? { 'x-accel-buffering': 'no' } : {} };
}

export function ggufUsage({ promptTokens, completionTokens }: Composition, dialect: GgufDialect): JsonObject {
  const usage = { completion_tokens: completionTokens, prompt_tokens: promptTokens, total_tokens: promptTokens + completionTokens };
  return dialect === 'llama-server' ? { ...usage, prompt_tokens_details: { cached_tokens: 0 } } : usage;
}

/** llama-server's own measurements; made up, but of the right form. */
export function timings({ promptTokens, completionTokens }: Composition): JsonObject {
  return {
    cache_n: 0,
    prompt_n: promptTokens,
    prompt_ms: promptTokens * 2,
    prompt_per_token_ms: 2,
    prompt_per_second: 500,
    predicted_n: completionTokens,
    predicted_ms: completionTokens * 20,
    predicted_per_token_ms: 20,
    predicted_per_second: 50,
  };
}

function wholeCall(call: Composition['calls'][number], { seed, callIdLength }: GgufIdentity, index: number): JsonObject {
  return {
    type: 'function',
    function: { name: call.name, arguments: call.arguments },
    id: alphanumericId(`call ${seed} ${index}`, callIdLength),
  };
}

function callFragments(call: Composition['calls'][number], identity: GgufIdentity, index: number): JsonObject[] {
  const { type, id } = wholeCall(call, identity, index);
  const start = { index, id: id ?? null, type: type ?? null, function: { name: call.name, arguments: '' } };
  const pieces = call.arguments.match(/.{1,6}/gsu) ?? [];
  return [start, ...pieces.map((piece) => ({ index, function: { arguments: piece } }))];
}
