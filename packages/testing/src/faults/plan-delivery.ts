import { gzipSync } from 'node:zlib';
import type { JsonObject, JsonValue } from '@ai-proxy/core';
import { json } from '../server/answer.ts';
import type { Answer, StreamAnswer } from '../server/answer.ts';
import type { Behaviour } from '../server/behaviour.ts';
import { changeBody, changeEvents } from './change-events.ts';
import { isFinish } from './chunk-reading.ts';
import type { DeliveryStep } from './delivery-step.ts';
import { encodeEvent } from './encode-events.ts';
import type { EventEncoding } from './encode-events.ts';
import type { Fault, RetryAfter } from './fault.ts';

/** What a server says of its own troubles. */
export interface ErrorDialect {
  /** Inside a 200. */
  readonly inside: JsonObject;
  readonly rateLimited: JsonObject;
  readonly loading: JsonObject;
}

/** Everything that decides how an answer goes out. */
export interface DeliveryOrder {
  readonly answer: Answer;
  readonly behaviour: Behaviour;
  readonly fault: Fault | undefined;
  readonly dialect: ErrorDialect;
  readonly encoding: EventEncoding;
  /** Headers of every answer. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
}

/** Turns an answer into steps on the wire. Pure: the same order always gives the same steps. */
export function planDelivery(order: DeliveryOrder): DeliveryStep[] {
  const { behaviour, fault } = order;
  const wait: DeliveryStep[] = behaviour.latencyMs === undefined || behaviour.latencyMs <= 0 ? [] : [{ do: 'wait', ms: behaviour.latencyMs }];
  if (fault?.name === 'acceptAndNeverAnswer') return [{ do: 'hang' }];
  if (fault?.name === 'resetBeforeHeaders') return [...wait, { do: 'reset' }];
  const answer = replaceAnswer(order);
  if (answer.kind === 'stream' && fault?.name !== 'wrongContentLength' && fault?.name !== 'gzipBody' && fault?.name !== 'halfCharacterThenEnd') {
    return [...wait, ...planStream(answer, order)];
  }
  return [...wait, ...planBody(answer, order)];
}

function replaceAnswer({ answer, fault, dialect }: DeliveryOrder): Answer {
  switch (fault?.name) {
    case 'okWithJsonError':
      return json(200, dialect.inside);
    case 'okWithHtml':
      return { kind: 'bytes', status: 200, contentType: 'text/html; charset=utf-8', bytes: encode('<html><body><h1>Just a moment…</h1></body></html>') };
    case 'status500Empty':
      return { kind: 'bytes', status: 500, contentType: '', bytes: new Uint8Array() };
    case 'status429':
      return json(429, dialect.rateLimited, retryHeaders(fault.retryAfter ?? { seconds: 1 }));
    case 'loading503Then200':
      return json(503, dialect.loading);
    case 'redirect':
      return { kind: 'bytes', status: 307, contentType: '', bytes: new Uint8Array(), headers: { location: fault.location ?? '/redirected' } };
    default:
      return answer;
  }
}

function retryHeaders(retry: RetryAfter): Record<string, string> {
  if ('seconds' in retry) return { 'retry-after': String(retry.seconds) };
  if ('milliseconds' in retry) return { 'retry-after-ms': String(retry.milliseconds) };
  return { 'retry-after': typeof retry.date === 'string' ? retry.date : retry.date.toUTCString() };
}

function planStream(answer: StreamAnswer, order: DeliveryOrder): DeliveryStep[] {
  const { behaviour, fault, encoding } = order;
  const events = fault === undefined ? answer.events : changeEvents(answer.events, fault, order.dialect.inside);
  const head: DeliveryStep = { do: 'head', status: answer.status, headers: { ...order.headers, ...streamHeaders, ...answer.headers } };
  if (fault?.name === 'headersThenSilence') return [head, { do: 'hang' }];
  const pace = (tokens: number | undefined): DeliveryStep[] =>
    behaviour.tokensPerSecond === undefined || tokens === undefined ? [] : [{ do: 'wait', ms: (1000 * tokens) / behaviour.tokensPerSecond }];
  const frames = events.map((event, index) => ({ event, pieces: encodeEvent(event, index, encoding, fault) }));
  const body: DeliveryStep[] = [head];
  const send = (count: number): void => {
    for (const { event, pieces } of frames.slice(0, count)) {
      body.push(...pace(event.tokens), ...writes(pieces, fault));
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

function writes(pieces: readonly Uint8Array[], fault: Fault | undefined): DeliveryStep[] {
  if (fault?.name === 'bytePerMillisecond') return byteByByte(join(pieces));
  return pieces.flatMap((bytes, index): DeliveryStep[] => {
    const write: DeliveryStep = { do: 'write', bytes, events: index === pieces.length - 1 ? 1 : 0 };
    return fault?.name === 'splitCrlf' ? [write, { do: 'flush' }] : [write];
  });
}

function byteByByte(bytes: Uint8Array): DeliveryStep[] {
  return Array.from(bytes, (_, index): DeliveryStep[] => [
    { do: 'write', bytes: bytes.subarray(index, index + 1), events: index === bytes.length - 1 ? 1 : 0 },
    { do: 'wait', ms: 1 },
  ]).flat();
}

/** Answers that are put on the wire as one body, whatever they hold. */
function planBody(answer: Answer, order: DeliveryOrder): DeliveryStep[] {
  const { behaviour, fault, headers } = order;
  const stream = answer.kind === 'stream';
  const plain = bodyBytes(answer, order);
  const events = stream ? answer.events.length : 0;
  const status = answer.status;
  const type: Record<string, string> = stream ? streamHeaders : contentType(answer);
  const base = { ...headers, ...type, ...answer.headers };
  const tokens = answer.truth?.completionTokens;
  const pace: DeliveryStep[] =
    behaviour.tokensPerSecond === undefined || tokens === undefined ? [] : [{ do: 'wait', ms: (1000 * tokens) / behaviour.tokensPerSecond }];
  const sized = (bytes: Uint8Array, length = bytes.length): DeliveryStep => ({ do: 'head', status, headers: { ...base, 'content-length': String(length) } });
  const write = (bytes: Uint8Array): DeliveryStep => ({ do: 'write', bytes, events });
  const half = plain.subarray(0, Math.floor(plain.length / 2));
  switch (fault?.name) {
    case 'headersThenSilence':
      return [...pace, sized(plain), { do: 'hang' }];
    case 'halfEventThenReset':
    case 'resetAfter':
      return [...pace, sized(plain), { do: 'write', bytes: half, events: 0 }, { do: 'flush' }, { do: 'reset' }];
    case 'silenceAfter':
      return [...pace, sized(plain), { do: 'write', bytes: half, events: 0 }, { do: 'hang' }];
    case 'halfCharacterThenEnd':
      return [...pace, { do: 'head', status, headers: base }, { do: 'write', bytes: halfCharacter(answer, plain), events: 0 }, { do: 'end' }];
    case 'endWithoutDone':
      if (fault.after === 'finish') break;
      return [...pace, { do: 'head', status, headers: base }, { do: 'write', bytes: half, events: 0 }, { do: fault.how === 'cut' ? 'cut' : 'end' }];
    case 'wrongContentLength': {
      const by = fault.by ?? 10;
      const length = Math.max(plain.length + by, 1);
      return [...pace, sized(plain, length), write(plain), { do: 'flush' }, { do: by > 0 ? 'cut' : 'end' }];
    }
    case 'gzipBody': {
      const packed = gzipSync(plain);
      return [...pace, { do: 'head', status, headers: { ...base, 'content-encoding': 'gzip', 'content-length': String(packed.length) } }, write(packed), { do: 'end' }];
    }
    case 'bytePerMillisecond':
      return [...pace, sized(plain), ...byteByByte(plain), { do: 'end' }];
    default:
  }
  return [...pace, sized(plain), ...(plain.length === 0 ? [] : [write(plain)]), { do: 'end' }];
}

function bodyBytes(answer: Answer, { fault, dialect, encoding }: DeliveryOrder): Uint8Array {
  if (answer.kind === 'bytes') return answer.bytes;
  if (answer.kind === 'json') return encode(JSON.stringify(fault === undefined ? answer.json : changeBody(answer.json as JsonValue, fault)));
  const events = fault === undefined ? answer.events : changeEvents(answer.events, fault, dialect.inside);
  return join(events.flatMap((event, index) => encodeEvent(event, index, encoding, fault)));
}

/** The first part of a body up to the middle of a character of several bytes, which is put there. */
function halfCharacter(answer: Answer, plain: Uint8Array): Uint8Array {
  const text = new TextDecoder().decode(plain);
  const marks = answer.kind === 'stream' ? [...text.matchAll(/"(?:content|text)":"(?=[^"])/gu)] : [...text.matchAll(/"/gu)];
  const mark = marks[Math.floor(marks.length / 2)];
  const start = mark === undefined ? text.slice(0, text.length / 2) : text.slice(0, mark.index + mark[0].length);
  return join([encode(start), encode('é').subarray(0, 1)]);
}

function contentType(answer: Answer): Record<string, string> {
  if (answer.kind === 'bytes') return answer.contentType === '' ? {} : { 'content-type': answer.contentType };
  return { 'content-type': 'application/json' };
}

const streamHeaders = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' };

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
}
