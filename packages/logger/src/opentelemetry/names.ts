/**
 * OpenTelemetry's GenAI conventions, which are still in development: every name that may change stands here, and nowhere else.
 */
export const attribute = {
  operation: 'gen_ai.operation.name',
  provider: 'gen_ai.provider.name',
  modelAsked: 'gen_ai.request.model',
  modelServed: 'gen_ai.response.model',
  stream: 'gen_ai.request.stream',
  inputTokens: 'gen_ai.usage.input_tokens',
  outputTokens: 'gen_ai.usage.output_tokens',
  cachedTokens: 'gen_ai.usage.cache_read.input_tokens',
  reasoningTokens: 'gen_ai.usage.reasoning.output_tokens',
  tokenType: 'gen_ai.token.type',
  timeToFirstChunk: 'gen_ai.response.time_to_first_chunk',
  errorType: 'error.type',
  status: 'http.response.status_code',
  endUser: 'enduser.id',
  // Not of the conventions: our own.
  id: 'ai_proxy.id',
  face: 'ai_proxy.face',
  outcome: 'ai_proxy.outcome',
  caller: 'ai_proxy.caller',
  key: 'ai_proxy.key',
  team: 'ai_proxy.team',
  tags: 'ai_proxy.tags',
  attempts: 'ai_proxy.attempts',
  step: 'ai_proxy.step',
  estimator: 'ai_proxy.usage.estimator',
  cost: 'ai_proxy.cost.dollars',
  overhead: 'ai_proxy.overhead.ms',
} as const;

export const instrument = {
  duration: { name: 'gen_ai.client.operation.duration', unit: 's', description: 'GenAI operation duration.' },
  tokens: { name: 'gen_ai.client.token.usage', unit: '{token}', description: 'Number of input and output tokens used.' },
} as const;

/** Seconds, doubling; tokens, by fours: the bounds that the conventions advise. */
export const bounds: { readonly duration: readonly number[]; readonly tokens: readonly number[] } = {
  duration: Array.from({ length: 14 }, (_, power) => 0.01 * 2 ** power),
  tokens: Array.from({ length: 14 }, (_, power) => 4 ** power),
};

/** The conventions' words for what we call otherwise; any other operation keeps its own. */
const operations: Readonly<Record<string, string>> = {
  chat: 'chat',
  completions: 'text_completion',
  fim: 'text_completion',
  generate: 'text_completion',
  embeddings: 'embeddings',
  embed: 'embeddings',
  agents: 'invoke_agent',
};

export const operationName = (operation: string): string =>
  Object.hasOwn(operations, operation) ? (operations[operation] ?? operation) : operation;
