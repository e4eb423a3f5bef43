import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { embeddingVector, toBase64Floats } from '../content/embedding-vector.ts';
import { countTokens } from '../content/tokens.ts';
import { wordOf } from '../json/json-object.ts';
import { json } from '../server/answer.ts';
import type { Answer } from '../server/answer.ts';
import { llamaError, pythonError } from './errors.ts';
import type { GgufSetup } from './setup.ts';

/** `POST /v1/embeddings`. llama-cpp-python knows floats only and ignores what it is asked for. */
export function answerEmbeddings(body: JsonObject, setup: GgufSetup): Answer {
  const llama = setup.dialect === 'llama-server';
  if (llama && !setup.embeddings) return notSupported();
  const inputs = inputTexts(body.input);
  if (inputs.length === 0)
    return llama ? llamaError(400, '"input" or "content" must be provided') : pythonError(500, 'input must be given');
  if (llama && inputs.includes('')) return llamaError(400, 'Input content cannot be empty');
  const base64 = llama && body.encoding_format === 'base64';
  const data = inputs.map((input, index) => {
    const vector = embeddingVector(input, setup.dimension);
    return {
      embedding: base64 ? toBase64Floats(vector) : vector,
      index,
      object: 'embedding',
      ...(base64 ? { encoding_format: 'base64' } : {}),
    };
  });
  const tokens = inputs.reduce((sum, input) => sum + countTokens(input), 0);
  return json(200, { model: setup.model, object: 'list', usage: { prompt_tokens: tokens, total_tokens: tokens }, data });
}

/** `POST /embedding` and `/embeddings`: llama-server's own form, a list and nothing around it. */
export function answerNativeEmbeddings(body: JsonObject, setup: GgufSetup): Answer {
  if (!setup.embeddings) return notSupported();
  const inputs = inputTexts(body.content ?? body.input);
  return json(
    200,
    inputs.map((input, index) => ({ index, embedding: [embeddingVector(input, setup.dimension)] })),
  );
}

function notSupported(): Answer {
  return llamaError(501, 'This server does not support embeddings. Start it with `--embeddings`');
}

function inputTexts(input: JsonValue | undefined): string[] {
  if (typeof input === 'string') return [input];
  if (!Array.isArray(input)) return [];
  if (input.some((part) => typeof part === 'number')) return [input.map(String).join(' ')];
  return input.map((part) => (Array.isArray(part) ? part.map(String).join(' ') : wordOf(part)));
}
