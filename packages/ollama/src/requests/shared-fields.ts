import { dropUnless, handledElsewhere, invalidParameter, keepBoolean } from '@ai-proxy/core';
import type { FieldRule } from './field-rules.ts';
import { optionFields } from './model-options.ts';

/** How long the model stays in memory; the caller's word counts before the operator's. */
export const keepAlive: FieldRule = (value, field, { body }) => {
  if (typeof value !== 'number' && typeof value !== 'string') {
    throw invalidParameter(field, '`keep_alive` must be a number of seconds or a duration such as "10m"');
  }
  body[field] = value;
};

/** What chat, completions and fill-in-the-middle have in common. */
export const generationFields: readonly (readonly [string, FieldRule])[] = [
  ['model', handledElsewhere],
  ['stream', handledElsewhere],
  ['stream_options', handledElsewhere],
  ['options', handledElsewhere],
  ['think', handledElsewhere],
  ['reasoning', handledElsewhere],
  ['reasoning_effort', handledElsewhere],
  ...optionFields,
  ['keep_alive', keepAlive],
  ['truncate', keepBoolean],
  ['shift', keepBoolean],
  ['logit_bias', dropUnless({})],
  ['user', dropUnless()],
  ['metadata', dropUnless({})],
];
