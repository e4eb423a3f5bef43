import { gzipSync } from 'node:zlib';
import type { JsonValue } from '@ai-proxy/core';
import type { Answer } from '../server/answer.ts';
import { changeBody, changeEvents } from './change-events.ts';
import { changeLine, changeLines } from './change-lines.ts';
import { byteByByte, encode, endings, join, pace, streamHeaders } from './delivery-order.ts';
import type { DeliveryOrder } from './delivery-order.ts';
import type { DeliveryStep } from './delivery-step.ts';
import { encodeEvent } from './encode-events.ts';

/** Answers that are put on the wire as one body, whatever they hold. */
export function planBody(answer: Answer, order: DeliveryOrder): DeliveryStep[] {
  const { behaviour, fault, headers, encoding } = order;
  const stream = answer.kind === 'stream';
  const plain = bodyBytes(answer, order);
  const events = stream ? answer.events.length : 0;
  const status = answer.status;
  const type = stream ? streamHeaders(encoding) : contentType(answer);
  const base = { ...headers, ...type, ...answer.headers };
  const time = pace(behaviour, answer.truth?.completionTokens);
  const sized = (bytes: Uint8Array, length = bytes.length): DeliveryStep => ({
    do: 'head',
    status,
    headers: { ...base, 'content-length': String(length) },
  });
  const write = (bytes: Uint8Array): DeliveryStep => ({ do: 'write', bytes, events });
  const half = plain.subarray(0, Math.floor(plain.length / 2));
  switch (fault?.name) {
    case 'headersThenSilence':
      return [...time, sized(plain), { do: 'hang' }];
    case 'halfEventThenReset':
    case 'resetAfter':
      return [...time, sized(plain), { do: 'write', bytes: half, events: 0 }, { do: 'flush' }, { do: 'reset' }];
    case 'silenceAfter':
      return [...time, sized(plain), { do: 'write', bytes: half, events: 0 }, { do: 'hang' }];
    case 'halfCharacterThenEnd':
      return [
        ...time,
        { do: 'head', status, headers: base },
        { do: 'write', bytes: halfCharacter(answer, plain), events: 0 },
        { do: 'end' },
      ];
    case 'endWithoutDone':
      if (fault.after === 'finish') break;
      return [
        ...time,
        { do: 'head', status, headers: base },
        { do: 'write', bytes: half, events: 0 },
        { do: fault.how === 'cut' ? 'cut' : 'end' },
      ];
    case 'endAtByte':
      return [
        ...time,
        { do: 'head', status, headers: base },
        { do: 'write', bytes: plain.subarray(0, fault.byte), events: 0 },
        { do: 'flush' },
        { do: endings[fault.how] },
      ];
    case 'wrongContentLength': {
      const by = fault.by ?? 10;
      const length = Math.max(plain.length + by, 1);
      return [...time, sized(plain, length), write(plain), { do: 'flush' }, { do: by > 0 ? 'cut' : 'end' }];
    }
    case 'gzipBody': {
      const packed = gzipSync(plain);
      return [
        ...time,
        { do: 'head', status, headers: { ...base, 'content-encoding': 'gzip', 'content-length': String(packed.length) } },
        write(packed),
        { do: 'end' },
      ];
    }
    case 'bytePerMillisecond':
      return [...time, sized(plain), ...byteByByte(plain, events), { do: 'end' }];
    default:
  }
  return [...time, sized(plain), ...(plain.length === 0 ? [] : [write(plain)]), { do: 'end' }];
}

function bodyBytes(answer: Answer, { fault, dialect, encoding }: DeliveryOrder): Uint8Array {
  if (answer.kind === 'bytes') return answer.bytes;
  const lines = encoding.framing === 'ndjson';
  if (answer.kind === 'json') {
    const body = answer.json as JsonValue;
    const changed = fault === undefined ? body : lines ? changeLine(body, fault) : changeBody(body, fault);
    return encode(JSON.stringify(changed, null, fault?.name === 'prettyJson' ? 2 : undefined));
  }
  const events = fault === undefined ? answer.events : (lines ? changeLines : changeEvents)(answer.events, fault, dialect.inside);
  return join(events.flatMap((event, index) => encodeEvent(event, index, encoding, fault, index === events.length - 1)));
}

/** The first part of a body up to the middle of a character of several bytes, which is put there. */
function halfCharacter(answer: Answer, plain: Uint8Array): Uint8Array {
  const text = new TextDecoder().decode(plain);
  const marks = answer.kind === 'stream' ? [...text.matchAll(/"(?:content|text|response)":"(?=[^"])/gu)] : [...text.matchAll(/"/gu)];
  const mark = marks[Math.floor(marks.length / 2)];
  const start = mark === undefined ? text.slice(0, text.length / 2) : text.slice(0, mark.index + mark[0].length);
  return join([encode(start), encode('é').subarray(0, 1)]);
}

function contentType(answer: Answer): Record<string, string> {
  if (answer.kind === 'bytes') return answer.contentType === '' ? {} : { 'content-type': answer.contentType };
  return { 'content-type': 'application/json' };
}
