import type { Call, JsonObject, Operation, Outcome, Receipt } from '@ai-proxy/core';
import type { AnswerClock } from '../../src/face/answers/clock.ts';

/** A call as the proxy hands it to a face's encoder. */
export function faceCall(operation: Operation = 'chat', model = 'fast', input: JsonObject = {}): Call {
  return {
    id: 'call-1',
    operation,
    dialect: 'canonical',
    face: 'ollama',
    input,
    model,
    stream: input['stream'] === true,
    method: 'POST',
    target: '/',
    headers: {},
    signal: new AbortController().signal,
    receipt: {
      provider: undefined,
      modelServed: undefined,
      caller: undefined,
      endUser: undefined,
      tags: [],
      metadata: {},
      status: undefined,
      usage: undefined,
      estimator: undefined,
      cost: null,
      priceOf: () => undefined,
      serving: () => undefined,
      sent: () => undefined,
      received: () => undefined,
      ifLost: () => {
        throw new Error('this call cannot be lost');
      },
      meter: {
        begin: () => undefined,
        asked: () => undefined,
        taken: () => undefined,
        refused: () => undefined,
        saw: () => undefined,
        watch: () => undefined,
      },
      attempts: 0,
      step: 0,
      firstByte: () => undefined,
      settle: (_outcome: Outcome) => undefined,
      settled: new Promise<Receipt>(() => undefined),
      isSettled: false,
    },
    caller: undefined,
    plan: undefined,
    allows: undefined,
    answerHeaders: {},
    trace: undefined,
    native: undefined,
    context: undefined,
    request: { method: 'POST', target: '/', headers: {}, body: { kind: 'none' }, signal: new AbortController().signal },
    tap: () => undefined,
  };
}

export interface HandClock extends AnswerClock {
  forward(milliseconds: number): void;
}

/** A clock that stands until it is moved. */
export function handClock(now: number = Date.UTC(2026, 0, 2, 3, 4, 5)): HandClock {
  let ticks = 1000;
  return {
    now: () => now,
    tick: () => ticks,
    forward(milliseconds) {
      ticks += milliseconds;
    },
  };
}

/** What a function throws; fails where it throws nothing. */
export function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
