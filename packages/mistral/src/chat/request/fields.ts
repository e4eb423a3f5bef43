import { dropUnless, handledElsewhere, invalidParameter, isJsonObject, keepBoolean, keepNumber } from '@ai-proxy/core';
import type { FieldRule } from '@ai-proxy/core';
import { samplingFields } from '../../requests/sampling-fields.ts';
import { guardrails } from './guardrails.ts';
import { prediction } from './prediction.ts';
import { ollamaThinking, reasoningEffort } from './reasoning-effort.ts';
import { responseFormat } from './response-format.ts';

const serviceTier: FieldRule = (value, field, { body, call }) => {
  if (value === 'auto' || value === 'standard_only') body[field] = value;
  else call.drop(field, 'the provider knows auto and standard_only');
};

const promptMode: FieldRule = (value, field, { body, call }) => {
  if (value === 'reasoning') body[field] = value;
  else call.drop(field, 'the provider knows reasoning only');
};

// The answer carries usage whenever the caller asked for it, so that nothing is lost by not sending this up.
const streamOptions: FieldRule = (value, field) => {
  if (!isJsonObject(value)) throw invalidParameter(field, '`stream_options` must be an object');
};

/** Every top-level field of a chat request that OpenAI or Mistral knows. What is not here does not go up. */
export const chatFields: ReadonlyMap<string, FieldRule> = new Map<string, FieldRule>([
  ['model', handledElsewhere],
  ['messages', handledElsewhere],
  ['stream', handledElsewhere],
  ['tools', handledElsewhere],
  ['tool_choice', handledElsewhere],
  ['functions', handledElsewhere],
  ['function_call', handledElsewhere],
  ['stream_options', streamOptions],
  ...samplingFields,
  ['n', keepNumber],
  ['presence_penalty', keepNumber],
  ['frequency_penalty', keepNumber],
  ['parallel_tool_calls', keepBoolean],
  ['response_format', responseFormat],
  ['reasoning_effort', reasoningEffort],
  ['think', ollamaThinking],
  ['prediction', prediction],
  ['service_tier', serviceTier],
  ['safe_prompt', keepBoolean],
  ['prompt_mode', promptMode],
  ['guardrails', guardrails],
  ['document_image_limit', keepNumber],
  ['document_page_limit', keepNumber],
  ['store', dropUnless(false)],
  ['logprobs', dropUnless(false)],
  ['logit_bias', dropUnless({})],
  ['modalities', dropUnless(['text'])],
  ['top_logprobs', dropUnless()],
  ['user', dropUnless()],
  ['safety_identifier', dropUnless()],
  ['audio', dropUnless()],
  ['verbosity', dropUnless()],
  ['web_search_options', dropUnless()],
  ['prompt_cache_retention', dropUnless()],
  ['prompt_cache_options', dropUnless()],
  ['moderation', dropUnless()],
]);
