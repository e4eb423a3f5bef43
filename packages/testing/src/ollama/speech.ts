import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { truthOf } from '../content/compose.ts';
import type { Composition } from '../content/compose.ts';
import { countTokens, groupTokens, tokensOf } from '../content/tokens.ts';
import type { Answer, StreamEvent } from '../server/answer.ts';
import { ollamaJson } from './errors.ts';
import type { Stamp } from './go-time.ts';
import { logprobsOf } from './logprobs.ts';
import { measuresOf } from './measures.ts';
import type { OllamaModel } from './models.ts';
import type { OllamaSetup } from './setup.ts';
import { toolCallsOf } from './tool-calls.ts';

/** What an answer of chat or generate says about itself. */
export interface Speaker {
  readonly route: 'chat' | 'generate';
  /** The model as the request named it. */
  readonly name: string;
  readonly remote: OllamaModel['remote'];
  readonly stamp: Stamp;
  readonly seed: string;
  readonly warm: boolean;
  readonly alternatives: number | undefined;
  readonly chunks: number | undefined;
  /** Goes with the last line: the context of generate. */
  readonly context: readonly number[] | undefined;
  readonly setup: OllamaSetup;
}

interface Said {
  readonly content?: string;
  readonly thinking?: string;
  readonly calls?: readonly JsonObject[];
}

/** Says a composition as NDJSON lines, or as one document. */
export function speak(composition: Composition, speaker: Speaker, stream: boolean): Answer {
  const whole = wholeAnswer(composition, speaker);
  const truth = truthOf(composition);
  if (!stream) return { ...ollamaJson(200, whole), truth };
  return { kind: 'stream', status: 200, events: lines(composition, speaker), whole, truth };
}

/** An answer with nothing in it: the model was loaded, or unloaded. It is never a stream. */
export function speakNothing(reason: 'load' | 'unload', speaker: Speaker): Answer {
  return ollamaJson(200, { ...line(speaker, {}), done: true, done_reason: reason });
}

function wholeAnswer(composition: Composition, speaker: Speaker): JsonObject {
  const [text = ''] = composition.texts;
  const calls = toolCallsOf(composition.calls, speaker);
  return {
    ...line(speaker, { content: text, thinking: composition.thinking, calls }),
    ...ending(composition, speaker),
    ...probabilities(text, speaker),
  };
}

function lines(composition: Composition, speaker: Speaker): StreamEvent[] {
  const { setup, chunks } = speaker;
  const [text = ''] = composition.texts;
  const calls = toolCallsOf(composition.calls, speaker);
  const inLastLine = setup.toolCalls === 'done-line' ? calls : [];
  const groups = setup.toolCalls === 'lines' ? calls.map((call) => [call]) : calls.length === 0 || inLastLine.length > 0 ? [] : [calls];
  const say = (said: Said, tokens: number, more: JsonObject = {}): StreamEvent => ({
    data: { ...line(speaker, said), done: false, ...more },
    tokens,
  });
  return [
    ...groupTokens(tokensOf(composition.thinking), chunks).map((thinking) => say({ thinking }, countTokens(thinking))),
    ...groupTokens(tokensOf(text), chunks).map((content) => say({ content }, countTokens(content), probabilities(content, speaker))),
    ...groups.map((group) => say({ calls: group }, 1)),
    { data: { ...line(speaker, { calls: inLastLine }), ...ending(composition, speaker) } },
  ];
}

/** A line without its end. */
function line({ route, name, remote, stamp }: Speaker, { content = '', thinking = '', calls = [] }: Said): JsonObject {
  const beside: JsonObject = { ...(thinking === '' ? {} : { thinking }), ...(calls.length === 0 ? {} : { tool_calls: [...calls] }) };
  return {
    model: name,
    ...(remote === undefined ? {} : { remote_model: remote.model, remote_host: remote.host }),
    created_at: stamp(),
    ...(route === 'chat' ? { message: { role: 'assistant', content, ...beside } } : { response: content, ...beside }),
  };
}

function ending(composition: Composition, speaker: Speaker): JsonObject {
  return {
    done: true,
    // Ollama has no reason for calls of tools.
    done_reason: composition.finish === 'length' ? 'length' : 'stop',
    ...(speaker.context === undefined ? {} : { context: [...speaker.context] }),
    ...measuresOf(composition, speaker.warm),
  };
}

function probabilities(text: string, { alternatives }: Speaker): { logprobs?: JsonValue } {
  return alternatives === undefined || text === '' ? {} : { logprobs: logprobsOf(text, alternatives) };
}
