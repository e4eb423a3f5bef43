import { dropUnless, handledElsewhere, keepBoolean, keepString, toNumber, unsupportedParameter } from '@ai-proxy/core';
import type { FieldRule } from '../requests/field-rules.ts';
import { generationFields } from '../requests/shared-fields.ts';

/** The older form says in one number what chat says in two fields. */
const logprobs: FieldRule = (value, field, { body }) => {
  if (value === false) return;
  body['logprobs'] = true;
  body['top_logprobs'] = toNumber(value, field);
};

const bestOf: FieldRule = (value, field, { input }) => {
  if (toNumber(value, field) > Math.max(1, typeof input['n'] === 'number' ? input['n'] : 1)) {
    throw unsupportedParameter(field, 'Ollama cannot tell which of several answers is best: ask for `n` of them');
  }
};

/** Every field of a request for older completions. `raw` is Ollama's own: the prompt goes to the model without its template. */
export const completionsFields: ReadonlyMap<string, FieldRule> = new Map<string, FieldRule>([
  ...generationFields,
  ['prompt', handledElsewhere],
  ['n', handledElsewhere],
  ['echo', handledElsewhere],
  ['suffix', keepString],
  ['raw', keepBoolean],
  ['logprobs', logprobs],
  ['best_of', bestOf],
]);

/** Every field of a fill-in-the-middle request. */
export const fimFields: ReadonlyMap<string, FieldRule> = new Map<string, FieldRule>([
  ...generationFields,
  ['prompt', handledElsewhere],
  ['suffix', keepString],
  ['n', dropUnless(1)],
  ['best_of', dropUnless(1)],
  ['echo', dropUnless(false)],
  ['logprobs', keepBoolean],
]);
