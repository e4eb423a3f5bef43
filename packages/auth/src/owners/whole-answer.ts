import { explainBreak, ProxyError } from '@ai-proxy/core';
import type {
  ChunkBatch,
  HttpHeaders,
  HttpRelay,
  HttpReply,
  HttpRequestBody,
  RelayEnd,
  RelayReply,
  Reply,
  ValueReply,
} from '@ai-proxy/core';
import { answerTooLarge } from './refusals.ts';
import { carryUpload } from './upload-clock.ts';

/** The most of an answer that is held until it is known whose it is. */
export const mostHeld: number = 32 * 1024 * 1024;

/** What is true only of the bytes as they came; with them a part, or a copy that the caller has, could come in the place of the whole. */
const ofTheBytes = ['accept-ranges', 'content-digest', 'content-length', 'content-md5', 'content-range', 'digest', 'etag', 'repr-digest'];
const forParts = ['if-match', 'if-modified-since', 'if-none-match', 'if-range', 'range'];

export interface WholeAnswer {
  readonly reply: ValueReply;
  /** Whether it is an answer of the provider's that says it is well. */
  readonly isGood: boolean;
  /** To be called once the caller may have it: until then the call has not ended. */
  readonly accept: () => void;
}

/** Carries a relay out here, and holds its answer. */
export async function wholeAnswer(carrier: Pick<RelayReply, 'carryOut'>, relay: HttpRelay, body: HttpRequestBody): Promise<WholeAnswer> {
  let end: RelayEnd | undefined;
  let answered = false;
  const reply = await carryUpload(
    carrier,
    {
      ...relay,
      headers: without(relay.headers, forParts),
      responseHeaders(status, headers) {
        answered = true;
        return relay.responseHeaders(status, without(headers, ofTheBytes));
      },
      settle(how) {
        end = how;
      },
    },
    body,
  );
  const bytes = await gather(reply);
  const isGood = answered && reply.status >= 200 && reply.status < 300;
  const accept = (): void => relay.settle(end ?? { kind: 'complete', status: reply.status, bytes: bytes.byteLength });
  return { reply: { kind: 'value', status: reply.status, headers: flat(reply.headers), value: undefined, bytes }, isGood, accept };
}

/** The call ends with what its caller is told. */
async function gather(reply: HttpReply): Promise<Uint8Array> {
  try {
    return await bytesOf(reply);
  } catch (error) {
    throw error instanceof ProxyError ? error : explainBreak(error, true);
  }
}

async function bytesOf({ body }: HttpReply): Promise<Uint8Array> {
  if (body === undefined) return new Uint8Array();
  if (typeof body === 'string') return new TextEncoder().encode(body);
  if (body instanceof Uint8Array) return body;
  if (body.kind === 'relay') throw new Error('a relay was carried out, and is a relay still');
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body.chunks) {
    const piece = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
    size += piece.byteLength;
    if (size > mostHeld) throw answerTooLarge(mostHeld);
    pieces.push(piece);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.byteLength;
  }
  return whole;
}

function without<Headers extends HttpHeaders>(headers: Headers, names: readonly string[]): Headers {
  const rest = Object.entries(headers).filter(([name]) => !names.includes(name.toLowerCase()));
  return Object.fromEntries(rest) as Headers;
}

const flat = (headers: HttpReply['headers']): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : value.join(', ')]));

/** Carries a relay out here, and lets its answer pass as it comes. */
export async function streamedAnswer(carrier: Pick<RelayReply, 'carryOut'>, relay: HttpRelay, body: HttpRequestBody): Promise<Reply> {
  let answered = false;
  const carried: HttpRelay = {
    ...relay,
    responseHeaders(status, headers) {
      answered = true;
      return relay.responseHeaders(status, headers);
    },
    settle(end) {
      // What breaks once it has begun is thrown, and ends the call with what its caller is told.
      if (end.kind === 'complete' || !answered) relay.settle(end);
    },
  };
  const reply = await carryUpload(carrier, carried, body);
  const type = reply.headers['content-type'];
  const isStream = typeof type === 'string' && /^text\/event-stream\b/i.test(type);
  if (!isStream || typeof reply.body !== 'object' || !('kind' in reply.body) || reply.body.kind !== 'stream') {
    return { kind: 'value', status: reply.status, headers: flat(reply.headers), value: undefined, bytes: await gather(reply) };
  }
  return { kind: 'stream', status: reply.status, headers: flat(reply.headers), batches: piecesOf(reply.body.chunks) };
}

async function* piecesOf(chunks: AsyncIterable<string | Uint8Array>): AsyncGenerator<ChunkBatch, void, undefined> {
  try {
    for await (const chunk of chunks) yield { chunks: [], bytes: typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk };
  } catch (error) {
    // Into bytes that nobody has read nothing of ours is written: they are cut.
    if (!(error instanceof ProxyError)) throw error;
    const { status, code, type, source, cause } = error;
    throw new ProxyError(error.message, { status, code, type, source, cause, reported: true });
  }
}
