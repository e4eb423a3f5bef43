import { onStop } from '../body/on-stop.ts';
import { callerLeft } from '../errors/caller-left.ts';
import type { HttpRelay, HttpReply } from '../http/reply.ts';
import type { HttpRequest } from '../http/request.ts';
import type { Transport } from '../transport/transport.ts';

/** Carries out an opaque exchange where the binding has no way of its own: bytes through, one attempt. */
export async function relayByTransport(relay: HttpRelay, request: HttpRequest, transport: Transport): Promise<HttpReply> {
  const { signal, clocks } = relay;
  const body = relay.body ?? (request.body.kind === 'stream' ? request.body.stream : undefined);
  try {
    const response = await transport.send({
      url: relay.url,
      method: relay.method,
      // A coding would be undone by `fetch` on the way, and the headers would lie.
      headers: { ...relay.headers, 'accept-encoding': 'identity' },
      ...(body === undefined ? {} : { body }),
      signal,
      clocks,
    });
    const headers = relay.responseHeaders(response.status, response.headers);
    return { status: response.status, headers, body: { kind: 'stream', chunks: watched(response.body, response.status, relay) } };
  } catch (error) {
    relay.settle({ kind: 'broken', error });
    return relay.failure(error);
  }
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
