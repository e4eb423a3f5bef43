import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { embeddingVector } from '../content/embedding-vector.ts';
import { tokensOf } from '../content/tokens.ts';
import { isObject, numberOf, textOf } from '../json/json-object.ts';
import type { Answer, JsonAnswer } from '../server/answer.ts';
import type { ServedRequest } from '../server/served-request.ts';
import { ollamaError, ollamaJson, unauthorized } from './errors.ts';
import { withoutZeros } from './measures.ts';
import { parseModelName } from './model-name.ts';
import { readRunOptions } from './options.ts';
import { modelNotFound, stayOf } from './prepare-run.ts';
import type { OllamaSetup } from './setup.ts';
import type { StoredModel } from './store.ts';

const noEmbeddings = 'this model does not support embeddings';

/** `POST /api/embed` */
export function answerEmbed(body: JsonObject, _request: ServedRequest, setup: OllamaSetup): Answer {
  const name = textOf(body.model) ?? '';
  if (parseModelName(name) === undefined) return modelNotFound(name, false);
  const inputs = inputTexts(body.input);
  if (inputs === undefined) return ollamaError(400, 'invalid input type');
  const stored = setup.store.find(name);
  if (stored === undefined) return modelNotFound(name, false);
  const loaded = load(stored, body, setup);
  if ('refused' in loaded) return loaded.refused;
  if (inputs.length === 0) return ollamaJson(200, { model: name, embeddings: [] });
  if (!stored.model.capabilities.includes('embedding')) return ollamaError(501, noEmbeddings);
  const texts = inputs.map((text) => tokensOf(text));
  if (body.truncate === false && texts.some((tokens) => tokens.length > loaded.contextLength)) {
    return ollamaError(400, 'the input length exceeds the context length');
  }
  const cut = texts.map((tokens) => tokens.slice(0, loaded.contextLength));
  const count = cut.reduce((sum, tokens) => sum + tokens.length, 0);
  const load_duration = loaded.warm ? 1_345_678 : 234_567_890;
  return ollamaJson(200, {
    model: name,
    embeddings: cut.map((tokens) => shortened(embeddingVector(tokens.join(''), dimensionOf(stored)), numberOf(body.dimensions) ?? 0)),
    ...withoutZeros({ total_duration: load_duration + count * 100_003, load_duration, prompt_eval_count: count }),
  });
}

/** `POST /api/embeddings`: the old form, one text and a vector of any length. */
export function answerEmbeddings(body: JsonObject, _request: ServedRequest, setup: OllamaSetup): Answer {
  const name = textOf(body.model) ?? '';
  if (parseModelName(name) === undefined) return ollamaError(400, 'model is required');
  const stored = setup.store.find(name);
  if (stored === undefined) return modelNotFound(name, true);
  const loaded = load(stored, body, setup);
  if ('refused' in loaded) return loaded.refused;
  const prompt = textOf(body.prompt) ?? '';
  if (prompt === '') return ollamaJson(200, { embedding: [] });
  if (!stored.model.capabilities.includes('embedding')) return ollamaError(500, noEmbeddings);
  return ollamaJson(200, { embedding: embeddingVector(prompt, dimensionOf(stored)).map((value) => value * 16) });
}

function load(
  stored: StoredModel,
  body: JsonObject,
  setup: OllamaSetup,
): { readonly warm: boolean; readonly contextLength: number } | { readonly refused: JsonAnswer } {
  if (stored.model.remote !== undefined && !setup.signedIn) return { refused: unauthorized(setup.signinUrl) };
  const trained = stored.model.contextLength ?? 131_072;
  const options = readRunOptions(stored.model.parameters ?? {}, isObject(body.options) ? body.options : {}, setup.contextLength);
  if ('refused' in options) return { refused: ollamaError(500, options.refused) };
  const contextLength = Math.min(options.contextLength, trained);
  return { warm: setup.store.load(stored, stayOf(body), contextLength), contextLength };
}

/** The texts of an input; nothing where it is of no type that Ollama takes. */
function inputTexts(input: JsonValue | undefined): string[] | undefined {
  if (input === undefined || input === '') return [];
  if (typeof input === 'string') return [input];
  return Array.isArray(input) && input.every((text) => typeof text === 'string') ? input : undefined;
}

function dimensionOf({ model }: StoredModel): number {
  return model.dimension ?? 768;
}

/** Cuts a vector and makes its length one again. */
function shortened(vector: readonly number[], dimensions: number): readonly number[] {
  if (dimensions <= 0 || dimensions >= vector.length) return vector;
  const cut = vector.slice(0, dimensions);
  const length = Math.hypot(...cut) || 1;
  return cut.map((value) => Math.fround(value / length));
}
