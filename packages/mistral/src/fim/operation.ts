import type { ProviderOperation } from '@ai-proxy/core';
import { mistralDialect } from '../chat/mistral-dialect.ts';
import { fromChatResponse } from '../chat/response.ts';
import { createChatDecoder } from '../chat/stream/decoder.ts';
import { fimPath, toFimRequest } from './fim-request.ts';

/** Fill-in-the-middle. Mistral answers as it answers chat, and that is the canonical form too. */
export const fimOperation: ProviderOperation = {
  request: (input, call) => ({ path: fimPath, body: toFimRequest(input, call) }),
  response: (body, call) => fromChatResponse(body, call, mistralDialect),
  stream: { framing: 'sse', createDecoder: (call) => createChatDecoder(call, mistralDialect) },
};
