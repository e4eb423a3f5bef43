import type { DeliveryOrder } from './delivery-order.ts';
import type { DeliveryStep } from './delivery-step.ts';
import type { AnyFault } from './fault.ts';
import { planBody } from './plan-body.ts';
import { planStream } from './plan-stream.ts';
import { replaceAnswer } from './replace-answer.ts';

/** Faults that need a stream as one piece. */
const inOnePiece: ReadonlySet<AnyFault['name']> = new Set(['wrongContentLength', 'gzipBody', 'halfCharacterThenEnd']);

/** Turns an answer into steps on the wire. Pure: the same order always gives the same steps. */
export function planDelivery(order: DeliveryOrder): DeliveryStep[] {
  const { behaviour, fault } = order;
  const wait: DeliveryStep[] =
    behaviour.latencyMs === undefined || behaviour.latencyMs <= 0 ? [] : [{ do: 'wait', ms: behaviour.latencyMs }];
  if (fault?.name === 'acceptAndNeverAnswer') return [{ do: 'hang' }];
  if (fault?.name === 'resetBeforeHeaders') return [...wait, { do: 'reset' }];
  const answer = replaceAnswer(order);
  if (answer.kind === 'stream' && (fault === undefined || !inOnePiece.has(fault.name))) return [...wait, ...planStream(answer, order)];
  return [...wait, ...planBody(answer, order)];
}
