import { createReceipt } from '../../../src/receipt/create-receipt.ts';
import { makeRequest } from '../../fixtures/make-request.ts';
import type { Call, JsonObject, Operation } from '../../../src/index.ts';

/** A call as the proxy hands it to a face's encoder. */
export function makeCall(operation: Operation, input: JsonObject = {}): Call {
  const model = input['model'];
  const start = {
    id: 'call-1',
    operation,
    dialect: 'canonical',
    face: 'openai',
    model: typeof model === 'string' ? model : 'asked-model',
    stream: input['stream'] === true,
  } as const;
  return {
    ...start,
    input,
    method: 'POST',
    target: '/',
    headers: {},
    signal: new AbortController().signal,
    receipt: createReceipt(start, { prices: undefined, onSettled: () => undefined }),
    caller: undefined,
    plan: undefined,
    allows: undefined,
    answerHeaders: {},
    trace: undefined,
    native: undefined,
    context: undefined,
    request: makeRequest('/'),
    tap: () => undefined,
  };
}
