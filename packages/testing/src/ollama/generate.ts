import type { JsonObject } from '@ai-proxy/core';
import { composeChat, composeMiddle } from '../content/compose.ts';
import type { Composition } from '../content/compose.ts';
import { tokensPerMedium } from '../content/conversation.ts';
import { textOf } from '../json/json-object.ts';
import type { Answer } from '../server/answer.ts';
import type { ServedRequest } from '../server/served-request.ts';
import { ollamaError } from './errors.ts';
import { createStamp } from './go-time.ts';
import { findModel, imagesOf, prepareRun, refuseImages, refuseLength, wantsUnload } from './prepare-run.ts';
import type { PreparedRun } from './prepare-run.ts';
import type { OllamaSetup } from './setup.ts';
import { speak, speakNothing } from './speech.ts';
import type { Speaker } from './speech.ts';

/** `POST /api/generate` */
export function answerGenerate(body: JsonObject, request: ServedRequest, setup: OllamaSetup): Answer {
  const stored = findModel(body, setup, 'generate');
  if ('refused' in stored) return stored.refused;
  const name = textOf(body.model) ?? '';
  const prompt = textOf(body.prompt) ?? '';
  const speaker: Speaker = {
    route: 'generate',
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
  if (prompt === '' && wantsUnload(body)) {
    setup.store.unload(stored);
    return speakNothing('unload', speaker);
  }
  const given = [body.template, body.system].some((text) => text !== undefined && text !== '');
  if (body.raw === true && (given || (Array.isArray(body.context) && body.context.length > 0))) {
    return ollamaError(400, 'raw mode does not support template, system, or context');
  }
  const suffix = textOf(body.suffix) ?? '';
  const run = prepareRun(stored, body, setup, { route: 'generate', capabilities: suffix === '' ? [] : ['insert'] });
  if ('refused' in run) return run.refused;
  if (prompt === '') return speakNothing('load', speaker);
  const images = imagesOf([body]);
  const composition = compose(prompt, suffix, body, run);
  const promptTokens = composition.promptTokens + images * tokensPerMedium;
  const refused = refuseImages(images, run) ?? refuseLength(promptTokens, body, run);
  if (refused !== undefined) return refused;
  const cut = { ...composition, promptTokens: Math.min(promptTokens, run.options.contextLength) };
  const context =
    body.raw === true ? undefined : Array.from({ length: promptTokens + cut.completionTokens }, (_, index) => 128_000 + index);
  return speak(cut, { ...speaker, warm: run.warm, alternatives: run.alternatives, context }, body.stream !== false);
}

function compose(prompt: string, suffix: string, body: JsonObject, { options, format, thinks, stored }: PreparedRun): Composition {
  // Without a template the model goes on with the text; with a suffix it fills the hole.
  if (suffix !== '' || body.raw === true) return composeMiddle(prompt, suffix, options.maxTokens, options.stop);
  const system = textOf(body.system) ?? stored.model.system;
  return composeChat({
    model: textOf(body.model) ?? '',
    messages: [...(system === undefined ? [] : [{ role: 'system', content: system }]), { role: 'user', content: prompt }],
    tools: { tools: [], choice: 'auto', parallel: true },
    choices: 1,
    maxTokens: options.maxTokens,
    stop: options.stop,
    format,
    thinks,
    prefix: '',
  });
}
