import type { ProviderCall } from '@ai-proxy/core';
import type { FunctionCalls } from './function-messages.ts';
import type { ToolCallIds } from './tool-call-ids.ts';

/** What the messages of one request have in common. */
export interface MessageContext {
  readonly call: ProviderCall;
  readonly ids: ToolCallIds;
  readonly functionCalls: FunctionCalls;
  readonly thinkingInHistory: 'send' | 'drop';
}
