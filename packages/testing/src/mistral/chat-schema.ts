import {
  anything,
  closed,
  flag,
  freeObject,
  list,
  listOr,
  may,
  need,
  number,
  objectOr,
  oneOf,
  orNull,
  tagged,
  text,
} from '../validation/shape.ts';
import type { Field, Shape } from '../validation/shape.ts';
import { message } from './message-schema.ts';

/** `response_format`, here and in OCR's annotations. */
export const responseFormat: Shape = (value, loc, report) => {
  responseFormatFields(value, loc, report);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  if (value.type === 'json_schema' && (value.json_schema === undefined || value.json_schema === null)) {
    report({ type: 'value_error', loc, msg: 'Value error, json_schema must be given with response_format type json_schema', input: value });
  }
};

const responseFormatFields = closed({
  type: may(oneOf('text', 'json_object', 'json_schema')),
  json_schema: may(orNull(closed({ name: need(text), schema: need(freeObject), description: may(orNull(text)), strict: may(flag) }))),
});

const builtIn = (more: Readonly<Record<string, Field>> = {}): Shape =>
  closed({ type: need(text), tool_configuration: may(orNull(freeObject)), ...more });

const tool = tagged('type', {
  function: closed({
    type: need(text),
    function: need(closed({ name: need(text), description: may(text), strict: may(flag), parameters: need(freeObject) })),
  }),
  web_search: builtIn(),
  web_search_premium: builtIn(),
  code_interpreter: builtIn(),
  image_generation: builtIn(),
  document_library: builtIn({ library_ids: need(list(text)) }),
  connector: builtIn({ connector_id: need(text), authorization: may(orNull(freeObject)) }),
});

const penalty = orNull(number({ ge: -2, le: 2 }));
const whole = (least: number): Shape => orNull(number({ whole: true, ge: least }));

const sampling: Readonly<Record<string, Field>> = {
  max_tokens: may(whole(0)),
  stream: may(flag),
  stop: may(listOr(list(text), orNull(text))),
  random_seed: may(whole(0)),
  metadata: may(orNull(freeObject)),
  prompt_cache_key: may(orNull(text)),
};

const temperature: Readonly<Record<string, Field>> = {
  temperature: may(orNull(number({ ge: 0, le: 1.5 }))),
  top_p: may(orNull(number({ gt: 0, le: 1 }))),
};

const conversation: Readonly<Record<string, Field>> = {
  ...sampling,
  messages: need(list(message)),
  response_format: may(responseFormat),
  tools: may(orNull(list(tool, 128))),
  tool_choice: may(
    objectOr(
      closed({ type: may(oneOf('function')), function: need(closed({ name: need(text) })) }),
      oneOf('auto', 'none', 'any', 'required'),
    ),
  ),
  parallel_tool_calls: may(flag),
  presence_penalty: may(penalty),
  frequency_penalty: may(penalty),
  n: may(whole(1)),
  prediction: may(closed({ type: may(oneOf('content')), content: need(text) })),
  reasoning_effort: may(orNull(oneOf('none', 'minimal', 'low', 'medium', 'high', 'xhigh'))),
  prompt_mode: may(orNull(oneOf('reasoning'))),
  guardrails: may(
    orNull(
      list(closed({ block_on_error: may(flag), moderation_llm_v1: may(orNull(freeObject)), moderation_llm_v2: may(orNull(freeObject)) })),
    ),
  ),
  service_tier: may(orNull(oneOf('auto', 'standard_only'))),
};

/** `POST /v1/chat/completions`. */
export const chatRequest: Shape = closed({
  ...conversation,
  ...temperature,
  model: need(text),
  safe_prompt: may(flag),
  // Taken by the server although its public schema does not have them; one SDK sends them.
  document_image_limit: may(anything),
  document_page_limit: may(anything),
});

/** `POST /v1/agents/completions`: an agent in place of a model and of its sampling. */
export const agentsRequest: Shape = closed({ ...conversation, agent_id: need(text) });

/** `POST /v1/fim/completions`. */
export const fimRequest: Shape = closed({
  ...sampling,
  ...temperature,
  model: need(text),
  prompt: need(text),
  suffix: may(orNull(text)),
  min_tokens: may(whole(0)),
});
