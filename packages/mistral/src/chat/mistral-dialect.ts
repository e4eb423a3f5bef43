import type { ChatStreamDialect } from './stream/decoder.ts';

/** How Mistral answers: what a guardrail found is handed on, padding and whatever else is unknown is not. */
export const mistralDialect: ChatStreamDialect = {
  carry: ['guardrails'],
  retryServerErrors: true,
  echoModel: false,
  doneIsProof: true,
};
