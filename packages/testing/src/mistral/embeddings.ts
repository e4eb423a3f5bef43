import type { JsonValue } from '@ai-proxy/core';
import { embeddingVector, toBase64Floats } from '../content/embedding-vector.ts';
import { hexId } from '../content/identifiers.ts';
import { countTokens } from '../content/tokens.ts';
import { numberOf } from '../json/json-object.ts';
import { json } from '../server/answer.ts';
import { closed, freeObject, list, listOr, may, need, number, oneOf, orNull, text } from '../validation/shape.ts';
import { refuse } from './errors.ts';
import type { Inference } from './inference.ts';

/** `POST /v1/embeddings` */
export const embeddings: Inference = {
  schema: closed({
    model: need(text),
    input: need(listOr(list(text), text)),
    metadata: may(orNull(freeObject)),
    output_dimension: may(orNull(number({ whole: true, gt: 0 }))),
    output_dtype: may(oneOf('float', 'int8', 'uint8', 'binary', 'ubinary')),
    encoding_format: may(oneOf('float', 'base64')),
  }),
  serves: (model) => model.dimension !== undefined,
  answer({ body, model, modelName, seed }) {
    const size = model.dimension ?? { default: 1024, most: 1024 };
    const asked = numberOf(body.output_dimension);
    const kind = body.output_dtype ?? 'float';
    if (size.default === size.most && (asked !== undefined || kind !== 'float')) {
      return refuse(400, `${modelName} does not support output_dimension and output_dtype`, 'invalid_request_error', null);
    }
    if (asked !== undefined && asked > size.most) {
      return refuse(400, `output_dimension must be at most ${size.most} for ${modelName}`, 'invalid_request_error', null);
    }
    const inputs = (Array.isArray(body.input) ? body.input : [body.input]).filter((input) => typeof input === 'string');
    const data = inputs.map((input, index) => {
      const vector = embeddingVector(input, asked ?? size.default);
      return { object: 'embedding', embedding: encode(vector, kind, body.encoding_format), index };
    });
    const tokens = inputs.reduce((sum, input) => sum + countTokens(input), 0);
    const usage = { prompt_tokens: tokens, total_tokens: tokens, completion_tokens: 0 };
    return json(200, { id: hexId(seed), object: 'list', model: modelName, data, usage });
  },
};

function encode(vector: readonly number[], kind: JsonValue, format: JsonValue | undefined): JsonValue {
  if (kind === 'float') return format === 'base64' ? toBase64Floats(vector) : [...vector];
  const integers = quantize(vector, kind);
  return format === 'base64' ? Buffer.from(integers.map((value) => value & 255)).toString('base64') : integers;
}

function quantize(vector: readonly number[], kind: JsonValue): number[] {
  if (kind === 'int8') return vector.map((value) => Math.max(-128, Math.min(127, Math.round(value * 127))));
  if (kind === 'uint8') return vector.map((value) => Math.max(0, Math.min(255, Math.round((value + 1) * 127.5))));
  const bytes = Array.from({ length: Math.ceil(vector.length / 8) }, (_, index) =>
    vector.slice(index * 8, index * 8 + 8).reduce((byte, value, bit) => byte | (value > 0 ? 128 >> bit : 0), 0),
  );
  return kind === 'binary' ? bytes.map((byte) => byte - 128) : bytes;
}
