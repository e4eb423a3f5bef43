import { onStop } from '../body/on-stop.ts';
import { callerLeft } from '../errors/caller-left.ts';
import { headerValue } from '../http/headers.ts';
import type { HttpRelay, HttpReply } from '../http/reply.ts';
import type { HttpRequest } from '../http/request.ts';
import type { Transport, TransportResponse } from '../transport/transport.ts';
import { decodeAnswer } from '../upstream/decode-answer.ts';

/** Carries out an opaque exchange where the binding has no way of its own: bytes through, one attempt. */
export async function relayByTransport(relay: HttpRelay, request: Pick<HttpRequest, 'body'>, transport: Transport): Promise<HttpReply> {
  const { signal, clocks } = relay;
  try {
    const body = relay.body ?? (request.body.kind === 'stream' ? await unlessEmpty(request.body.stream) : undefined);
    const response = await transport.send({
      url: relay.url,
      method: relay.method,
      // A coding would be undone by `fetch` on the way, and the headers would lie.
      headers: { ...relay.headers, 'accept-encoding': 'identity' },
      ...(body === undefined ? {} : { body }),
      signal,
      clocks,
    });
    const { status, headers, body: answer } = undoCoding(response, relay.method);
    return { status, headers: relay.responseHeaders(status, headers), body: { kind: 'stream', chunks: watched(answer, status, relay) } };
  } catch (error) {
    relay.settle({ kind: 'broken', error });
    return relay.failure(error);
  }
}

/** Hosts give a stream to requests without a body as well. Sent on as one, a plain DELETE would announce a body that it never had. */
async function unlessEmpty(stream: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array> | undefined> {
  const iterator = stream[Symbol.asyncIterator]();
  let first = await iterator.next();
  while (first.done !== true && first.value.byteLength === 0) first = await iterator.next();
  if (first.done === true) return undefined;
  const { value } = first;
  return (async function* () {
    try {
      yield value;
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  })();
}

/**
 * A provider that answers in a coding it was asked not to use. The caller may not know it, hosts of the web's `Response` lose the header that names it,
 * and a credential could not be seen in it.
 */
function undoCoding(response: TransportResponse, method: string): TransportResponse {
  const { status, headers } = response;
  if (headerValue(headers, 'content-encoding') === undefined || method === 'HEAD' || status === 204 || status === 304) return response;
  const { 'content-encoding': _, 'content-length': __, ...rest } = headers;
  return { status, headers: rest, body: decodeAnswer(response) };
}

function watched(body: AsyncIterable<Uint8Array>, status: number, relay: HttpRelay): AsyncIterable<Uint8Array> {
  const { mask } = relay;
  const broken = (error: unknown): void => relay.settle({ kind: 'broken', status, error });

  async function* passOn(): AsyncGenerator<Uint8Array, void, undefined> {
    let bytes = 0;
    try {
      for await (const chunk of body) {
        bytes += chunk.byteLength;
        const piece = mask ? mask.push(chunk) : chunk;
        if (piece.length > 0) yield piece;
      }
      const rest = mask?.end();
      if (rest && rest.length > 0) yield rest;
      relay.settle({ kind: 'complete', status, bytes });
    } catch (error) {
      broken(error);
      throw error;
    }
  }

  // An answer that nobody reads comes to no end of its own.
  relay.signal.addEventListener('abort', () => broken(relay.signal.reason), { once: true });
  return onStop(passOn(), () => broken(callerLeft()));
}
