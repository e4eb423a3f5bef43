import { dropUnless, handledElsewhere, keepNumber, keepString } from '@ai-proxy/core';
import type { FieldRule } from '@ai-proxy/core';
import { samplingFields } from '../requests/sampling-fields.ts';

/** Every field of a fill-in-the-middle request; OpenAI's older completions share them. What is not here does not go up. */
export const fimFields: ReadonlyMap<string, FieldRule> = new Map<string, FieldRule>([
  ['model', handledElsewhere],
  ['prompt', handledElsewhere],
  ['stream', handledElsewhere],
  ['stream_options', handledElsewhere],
  ...samplingFields,
  ['suffix', keepString],
  ['min_tokens', keepNumber],
  ['n', dropUnless(1)],
  ['best_of', dropUnless(1)],
  ['echo', dropUnless(false)],
  ['logprobs', dropUnless(false)],
  ['logit_bias', dropUnless({})],
  ['presence_penalty', dropUnless(0)],
  ['frequency_penalty', dropUnless(0)],
  ['user', dropUnless()],
]);
