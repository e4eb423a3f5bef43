import { setTimeout as delay } from 'node:timers/promises';
import type { ServerResponse } from 'node:http';
import type { DeliveryStep } from '../faults/delivery-step.ts';
import type { OpenRecord } from './recorded-request.ts';

/**
 * Puts an answer on the wire, step by step. Resolves when the last step is done or the exchange is over; `over` aborts when the
 * peer has gone or the simulator closes.
 */
export async function carryOut(
  steps: readonly DeliveryStep[],
  response: ServerResponse,
  record: OpenRecord,
  over: AbortSignal,
): Promise<void> {
  record.eventsUnsent = steps.reduce((sum, step) => sum + (step.do === 'write' ? step.events : 0), 0);
  // Waits add up to a moment, so that a slow machine catches up in place of falling behind a little at each event.
  let due = performance.now();
  for (const step of steps) {
    if (over.aborted) return;
    switch (step.do) {
      case 'wait':
        due = Math.max(due + step.ms, performance.now() - 50);
        await sleep(due - performance.now(), over);
        break;
      case 'head':
        record.status = step.status;
        for (const [name, value] of Object.entries(step.headers)) response.setHeader(name, value);
        response.statusCode = step.status;
        response.flushHeaders();
        break;
      case 'write':
        record.eventsWritten += step.events;
        record.eventsUnsent -= step.events;
        record.bytesWritten += step.bytes.length;
        if (!response.write(step.bytes)) await drained(response, over);
        break;
      case 'flush':
        await sleep(2, over);
        break;
      case 'end':
        response.end();
        return;
      case 'cut':
        record.finish('closed-by-server');
        // The chunked body lacks its last chunk: FIN after what was written, and nothing else.
        response.socket?.destroySoon();
        return;
      case 'reset':
        record.finish('closed-by-server');
        response.socket?.resetAndDestroy();
        return;
      case 'hang':
        await sleep(undefined, over);
        return;
      default:
        step satisfies never;
    }
  }
}

async function sleep(ms: number | undefined, over: AbortSignal): Promise<void> {
  if (ms !== undefined && ms <= 0) return;
  if (ms !== undefined) {
    await delay(ms, undefined, { signal: over }).catch(() => undefined);
    return;
  }
  await new Promise<void>((resolve) => {
    if (over.aborted) resolve();
    else over.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function drained(response: ServerResponse, over: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      over.removeEventListener('abort', done);
      resolve();
    };
    response.on('drain', done);
    over.addEventListener('abort', done);
    if (over.aborted) done();
  });
}
