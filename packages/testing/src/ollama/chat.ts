import type { JsonObject } from '@ai-proxy/core';
import { composeChat } from '../content/compose.ts';
import { tokensPerMedium } from '../content/conversation.ts';
import { objectsOf, textOf } from '../json/json-object.ts';
import type { Answer } from '../server/answer.ts';
import type { ServedRequest } from '../server/served-request.ts';
import { createStamp } from './go-time.ts';
import { findModel, imagesOf, prepareRun, refuseImages, refuseLength, toolsOf, wantsUnload } from './prepare-run.ts';
import type { OllamaSetup } from './setup.ts';
import { speak, speakNothing } from './speech.ts';
import type { Speaker } from './speech.ts';

/** `POST /api/chat` */
export function answerChat(body: JsonObject, request: ServedRequest, setup: OllamaSetup): Answer {
  const stored = findModel(body, setup, 'chat');
  if ('refused' in stored) return stored.refused;
  const name = textOf(body.model) ?? '';
  const messages = objectsOf(body.messages).map(decoded);
  const speaker: Speaker = {
    route: 'chat',
    name,
    remote: stored.model.remote,
    stamp: createStamp(setup.now(), request.index),
    seed: `${request.index} ${JSON.stringify(body)}`,
    warm: true,
    alternatives: undefined,
    chunks: request.chunks(name),
    context: undefined,
    setup,
  };
  if (messages.length === 0 && wantsUnload(body)) {
    setup.store.unload(stored);
    return speakNothing('unload', speaker);
  }
  const tools = toolsOf(body);
  const run = prepareRun(stored, body, setup, { route: 'chat', capabilities: tools.tools.length > 0 ? ['tools'] : [] });
  if ('refused' in run) return run.refused;
  if (messages.length === 0) return speakNothing('load', speaker);
  const images = imagesOf(messages);
  const system = stored.model.system;
  const composition = composeChat({
    model: name,
    messages: system === undefined || messages[0]?.role === 'system' ? messages : [{ role: 'system', content: system }, ...messages],
    tools,
    choices: 1,
    maxTokens: run.options.maxTokens,
    stop: run.options.stop,
    format: run.format,
    thinks: run.thinks,
    prefix: '',
  });
  const promptTokens = composition.promptTokens + images * tokensPerMedium;
  const refused = refuseImages(images, run) ?? refuseLength(promptTokens, body, run);
  if (refused !== undefined) return refused;
  const cut = { ...composition, promptTokens: Math.min(promptTokens, run.options.contextLength) };
  return speak(cut, { ...speaker, warm: run.warm, alternatives: run.alternatives }, body.stream !== false);
}

/** A message as Ollama takes it: roles in lower case, and what is absent is the empty text. */
function decoded(message: JsonObject): JsonObject {
  return { ...message, role: (textOf(message.role) ?? '').toLowerCase(), content: textOf(message.content) ?? '' };
}
