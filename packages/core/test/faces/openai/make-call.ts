import type { Call, JsonObject, Operation, Outcome, Receipt, ReceiptDraft } from '../../../src/index.ts';

/** A call as the proxy hands it to a face's encoder. */
export function makeCall(operation: Operation, input: JsonObject = {}): Call {
  const model = input['model'];
  return {
    id: 'call-1',
    operation,
    dialect: 'canonical',
    face: 'openai',
    input,
    model: typeof model === 'string' ? model : 'asked-model',
    stream: input['stream'] === true,
    headers: {},
    signal: new AbortController().signal,
    receipt: makeReceiptDraft(),
    caller: undefined,
    plan: undefined,
    native: undefined,
    context: undefined,
    tap: () => undefined,
  };
}

function makeReceiptDraft(): ReceiptDraft {
  return {
    provider: undefined,
    modelServed: undefined,
    caller: undefined,
    status: undefined,
    usage: undefined,
    attempts: 0,
    step: 0,
    firstByte: () => undefined,
    settle: (_outcome: Outcome) => undefined,
    settled: new Promise<Receipt>(() => undefined),
    isSettled: false,
  };
}
