import { dropUnless, handledElsewhere, keepBoolean, keepNumber } from '@ai-proxy/core';
import type { FieldRule } from '../../requests/field-rules.ts';
import { generationFields } from '../../requests/shared-fields.ts';
import { responseFormat } from './response-format.ts';

/** Every field of a chat request. What is not here does not go up, and is reported. */
export const chatFields: ReadonlyMap<string, FieldRule> = new Map<string, FieldRule>([
  ...generationFields,
  ['messages', handledElsewhere],
  ['n', handledElsewhere],
  ['tools', handledElsewhere],
  ['tool_choice', handledElsewhere],
  ['functions', handledElsewhere],
  ['function_call', handledElsewhere],
  ['response_format', responseFormat],
  ['logprobs', keepBoolean],
  ['top_logprobs', keepNumber],
  ['parallel_tool_calls', dropUnless(true)],
  ['store', dropUnless(false)],
  ['service_tier', dropUnless('auto', 'default')],
  ['modalities', dropUnless(['text'])],
  ['verbosity', dropUnless('medium')],
  ['audio', dropUnless()],
  ['prediction', dropUnless()],
  ['safety_identifier', dropUnless()],
  ['prompt_cache_key', dropUnless()],
  ['prompt_cache_options', dropUnless()],
  ['prompt_cache_retention', dropUnless()],
  ['web_search_options', dropUnless()],
  ['moderation', dropUnless()],
]);
