import type { JsonObject } from '@ai-proxy/core';
import type { ChatWish } from '../content/compose.ts';
import { isObject, numberOf, objectsOf, textOf } from '../json/json-object.ts';
import type { JsonAnswer } from '../server/answer.ts';
import { parseKeepAlive } from './duration.ts';
import { ollamaError, quoted, unauthorized } from './errors.ts';
import { parseModelName } from './model-name.ts';
import type { OllamaCapability } from './models.ts';
import { readRunOptions } from './options.ts';
import type { RunOptions } from './options.ts';
import type { OllamaSetup } from './setup.ts';
import type { StoredModel } from './store.ts';

/** A model that has been found, is able, and is in memory. */
export interface PreparedRun {
  readonly stored: StoredModel;
  readonly options: RunOptions;
  readonly thinks: boolean;
  readonly format: ChatWish['format'];
  /** How many alternatives to each token are shown; nothing where no probabilities are asked for. */
  readonly alternatives: number | undefined;
  /** Whether the model was in memory before. */
  readonly warm: boolean;
}

/** What a route asks of a model. */
export interface RunNeeds {
  readonly route: 'chat' | 'generate';
  readonly capabilities: readonly OllamaCapability[];
}

/** The 404 of a model that is not there: older servers, and `/api/embeddings` still, say what to do. */
export function modelNotFound(name: string, advise: boolean): JsonAnswer {
  return ollamaError(404, advise ? `model ${quoted(name)} not found, try pulling it first` : `model '${name}' not found`);
}

/** Finds the model of a request; a number of alternatives that is too high is refused before. */
export function findModel(
  body: JsonObject,
  setup: OllamaSetup,
  route: 'chat' | 'generate',
): StoredModel | { readonly refused: JsonAnswer } {
  const top = numberOf(body.top_logprobs) ?? 0;
  if (top < 0 || top > 20) return { refused: ollamaError(400, 'top_logprobs must be between 0 and 20') };
  const name = textOf(body.model) ?? '';
  if (parseModelName(name) === undefined) {
    return { refused: route === 'chat' ? ollamaError(400, 'model is required') : modelNotFound(name, false) };
  }
  return setup.store.find(name) ?? { refused: modelNotFound(name, setup.old) };
}

/** Whether a request that says nothing wants the model out of memory. */
export function wantsUnload(body: JsonObject): boolean {
  return body.keep_alive !== undefined && stayOf(body) === 0;
}

/** Checks what is asked against the model, in Ollama's order, and loads it. */
export function prepareRun(
  stored: StoredModel,
  body: JsonObject,
  setup: OllamaSetup,
  needs: RunNeeds,
): PreparedRun | { readonly refused: JsonAnswer } {
  const { model } = stored;
  const name = textOf(body.model) ?? '';
  if (model.remote !== undefined && !setup.signedIn) return { refused: unauthorized(setup.signinUrl) };
  const able = model.capabilities.includes('thinking');
  const asked = body.think !== undefined && body.think !== false && body.think !== '';
  if (asked && !able) return { refused: ollamaError(400, `${quoted(name)} does not support thinking`) };
  if (!model.capabilities.includes('completion')) {
    return { refused: ollamaError(400, `${quoted(name)} does not support ${needs.route}`) };
  }
  const missing = needs.capabilities.filter((capability) => !model.capabilities.includes(capability));
  if (missing.length > 0) return { refused: ollamaError(400, `${stored.fullName} does not support ${missing.join(', ')}`) };
  const options = readRunOptions(model.parameters ?? {}, isObject(body.options) ? body.options : {}, setup.contextLength);
  if ('refused' in options) return { refused: ollamaError(500, options.refused) };
  const format = readFormat(body);
  if (typeof format === 'object' && 'refused' in format) return { refused: ollamaError(500, format.refused) };
  return {
    stored,
    options,
    thinks: able && body.think !== false,
    format,
    alternatives: body.logprobs === true ? (numberOf(body.top_logprobs) ?? 0) : undefined,
    warm: setup.store.load(stored, stayOf(body), options.contextLength),
  };
}

/** Five minutes where nothing is said. */
export function stayOf(body: JsonObject): number {
  const parsed = body.keep_alive === undefined ? undefined : parseKeepAlive(body.keep_alive);
  return parsed === undefined || 'refused' in parsed ? 300 : parsed.seconds;
}

/** Images that the model cannot see fail where the model runs, behind everything else. */
export function refuseImages(images: number, { stored }: PreparedRun): JsonAnswer | undefined {
  if (images === 0 || stored.model.capabilities.includes('vision')) return undefined;
  return ollamaError(500, 'this model is missing data required for image input');
}

/** What does not fit is cut off, unless that is forbidden. */
export function refuseLength(promptTokens: number, body: JsonObject, { options }: PreparedRun): JsonAnswer | undefined {
  if (body.truncate !== false || promptTokens <= options.contextLength) return undefined;
  return ollamaError(400, 'the input length exceeds the context length');
}

/** The images of messages. */
export function imagesOf(messages: readonly JsonObject[]): number {
  return messages.reduce((sum, message) => sum + (Array.isArray(message.images) ? message.images.length : 0), 0);
}

/** The tools of a request, as a simulated model looks at them. */
export function toolsOf(body: JsonObject): ChatWish['tools'] {
  return { tools: objectsOf(body.tools).filter((tool) => isObject(tool.function)), choice: 'auto', parallel: true };
}

function readFormat(body: JsonObject): ChatWish['format'] | { readonly refused: string } {
  const { format } = body;
  if (format === undefined || format === '') return 'text';
  if (format === 'json') return 'json';
  if (isObject(format)) return { schema: format };
  return { refused: `invalid format: ${quoted(JSON.stringify(format))}; expected "json" or a valid JSON Schema object` };
}
