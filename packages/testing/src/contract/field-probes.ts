import type { CanonicalOperation, JsonObject } from '@ai-proxy/core';

const foreign: JsonObject = { contract_foreign_field: 'nobody knows it' };

const sampling: JsonObject = { temperature: 0.25, top_p: 0.5, max_tokens: 17, stop: ['contract stop'], seed: 4242, ...foreign };

const penalties: JsonObject = { presence_penalty: 0.5, frequency_penalty: 0.5, logit_bias: { 50_256: -100 }, n: 2, user: 'contract-user' };

const tool: JsonObject = {
  type: 'function',
  function: { name: 'contract_tool', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
};

/** Fields that ask for something of the upstream, each with a value that cannot be what happens anyway. What can be honoured on the way back is not among them. */
const probes: Readonly<Record<CanonicalOperation, JsonObject>> = {
  chat: {
    ...sampling,
    ...penalties,
    max_completion_tokens: 18,
    logprobs: true,
    tools: [tool],
    parallel_tool_calls: false,
    response_format: { type: 'json_object' },
    reasoning_effort: 'high',
    prediction: { type: 'content', content: 'contract prediction' },
    store: true,
  },
  completions: { ...sampling, ...penalties, best_of: 3, suffix: 'contract suffix' },
  fim: { ...sampling, suffix: 'contract suffix' },
  embeddings: { dimensions: 16, user: 'contract-user', ...foreign },
  moderations: foreign,
};

/** What a caller may ask of an operation; none of it may be left out without a word. */
export function probesOf(operation: CanonicalOperation): JsonObject {
  return probes[operation];
}
