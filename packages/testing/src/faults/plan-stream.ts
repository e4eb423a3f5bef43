import type { StreamAnswer } from '../server/answer.ts';
import { changeEvents } from './change-events.ts';
import { changeLines } from './change-lines.ts';
import { isFinish } from './chunk-reading.ts';
import { byteByByte, endings, join, pace, streamHeaders } from './delivery-order.ts';
import type { DeliveryOrder } from './delivery-order.ts';
import type { DeliveryStep } from './delivery-step.ts';
import { encodeEvent } from './encode-events.ts';
import type { AnyFault } from './fault.ts';

/** A stream that goes out event by event. */
export function planStream(answer: StreamAnswer, order: DeliveryOrder): DeliveryStep[] {
  const { behaviour, fault, encoding } = order;
  const change = encoding.framing === 'ndjson' ? changeLines : changeEvents;
  const events = fault === undefined ? answer.events : change(answer.events, fault, order.dialect.inside);
  const head: DeliveryStep = {
    do: 'head',
    status: answer.status,
    headers: { ...order.headers, ...streamHeaders(encoding), ...answer.headers },
  };
  if (fault?.name === 'headersThenSilence') return [head, { do: 'hang' }];
  const last = events.length - 1;
  const frames = events.map((event, index) => ({ event, pieces: encodeEvent(event, index, encoding, fault, index === last) }));
  const body: DeliveryStep[] = [head];
  const send = (count: number): void => {
    for (const { event, pieces } of frames.slice(0, count)) {
      body.push(...pace(behaviour, event.tokens), ...writes(pieces, fault));
    }
  };
  switch (fault?.name) {
    case 'halfEventThenReset': {
      const whole = Math.min(fault.events ?? 2, Math.max(frames.length - 2, 0));
      send(whole);
      const half = join(frames[whole]?.pieces ?? []);
      body.push({ do: 'write', bytes: half.subarray(0, Math.floor(half.length / 2)), events: 0 }, { do: 'flush' }, { do: 'reset' });
      return body;
    }
    case 'halfLineThenEnd': {
      const whole = Math.min(fault.lines ?? 2, Math.max(frames.length - 1, 0));
      send(whole);
      const half = join(frames[whole]?.pieces ?? []);
      body.push({ do: 'write', bytes: half.subarray(0, Math.floor(half.length / 2)), events: 0 }, { do: 'end' });
      return body;
    }
    case 'endAtByte':
      return [
        head,
        ...prefix(
          frames.map((frame) => join(frame.pieces)),
          fault.byte,
        ),
        { do: 'flush' },
        { do: endings[fault.how] },
      ];
    case 'resetAfter':
      send(fault.events);
      body.push({ do: 'flush' }, { do: 'reset' });
      return body;
    case 'silenceAfter':
      send(fault.events);
      body.push({ do: 'hang' });
      return body;
    case 'endWithoutDone':
      send(endWithoutDone(answer, fault.after ?? 'content'));
      body.push({ do: fault.how === 'cut' ? 'cut' : 'end' });
      return body;
    case 'manyEventsInOneWrite':
      body.push({ do: 'write', bytes: join(frames.flatMap((frame) => frame.pieces)), events: frames.length }, { do: 'end' });
      return body;
    default:
      send(frames.length);
      body.push({ do: 'end' });
      return body;
  }
}

/** How many events come before a stream ends too early: all before the finish, or all but `[DONE]`. */
function endWithoutDone(answer: StreamAnswer, after: 'content' | 'finish'): number {
  if (after === 'finish') return answer.events.filter((event) => event.data !== '[DONE]').length;
  const finish = answer.events.findIndex(isFinish);
  return finish === -1 ? Math.max(answer.events.length - 1, 0) : finish;
}

/** The first bytes of the frames, each in a write of its own. */
function prefix(frames: readonly Uint8Array[], length: number): DeliveryStep[] {
  let left = length;
  return frames.flatMap((bytes): DeliveryStep[] => {
    const part = bytes.subarray(0, Math.max(left, 0));
    left -= bytes.length;
    return part.length === 0 ? [] : [{ do: 'write', bytes: part, events: part.length === bytes.length ? 1 : 0 }];
  });
}

function writes(pieces: readonly Uint8Array[], fault: AnyFault | undefined): DeliveryStep[] {
  if (fault?.name === 'bytePerMillisecond') return byteByByte(join(pieces), 1);
  return pieces.flatMap((bytes, index): DeliveryStep[] => {
    const write: DeliveryStep = { do: 'write', bytes, events: index === pieces.length - 1 ? 1 : 0 };
    return fault?.name === 'splitCrlf' ? [write, { do: 'flush' }] : [write];
  });
}
