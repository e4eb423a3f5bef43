import { dropUnless, handledElsewhere, invalidParameter, keepNumber, keepObject, keepString, toNumber } from '@ai-proxy/core';
import type { FieldRule } from '@ai-proxy/core';
const input: FieldRule = (value, field, { body }) => {
  const isText = typeof value === 'string' || (Array.isArray(value) && value.every((entry) => typeof entry === 'string'));
  if (!isText) throw invalidParameter(field, '`input` must be a string or a list of strings: this provider takes no token arrays');
  body[field] = value;
};

const dimensions: FieldRule = (value, field, { input: asked, body, call }) => {
  const rival = asked['output_dimension'];
  if (rival === undefined || rival === null) body['output_dimension'] = toNumber(value, field);
  else if (rival !== value) call.drop(field, 'output_dimension wins');
};

/** Every field of an embeddings request. The encoding is the caller's matter: numbers are asked for and encoded on the way to him. */
export const embeddingsFields: ReadonlyMap<string, FieldRule> = new Map<string, FieldRule>([
  ['model', handledElsewhere],
  ['encoding_format', handledElsewhere],
  ['input', input],
  ['dimensions', dimensions],
  ['output_dimension', keepNumber],
  ['output_dtype', keepString],
  ['metadata', keepObject],
  ['user', dropUnless()],
]);
