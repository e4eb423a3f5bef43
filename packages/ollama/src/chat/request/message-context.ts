import type { ProviderCall } from '@ai-proxy/core';

/** What the messages of one request have in common. */
export interface MessageContext {
  readonly call: ProviderCall;
  /** The names of the functions that were called, by the ids of the calls; the last call of an id counts. */
  readonly calledNames: Map<string, string>;
}
