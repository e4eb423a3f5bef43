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

async function* watched(body: AsyncIterable<Uint8Array>, status: number, relay: HttpRelay): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  let isComplete = false;
  try {
    for await (const chunk of body) {
      bytes += chunk.byteLength;
      yield chunk;
    }
    isComplete = true;
  } catch (error) {
    relay.settle({ kind: 'broken', status, error });
    throw error;
  } finally {
    relay.settle(isComplete ? { kind: 'complete', status, bytes } : { kind: 'broken', status, error: new Error('the reader stopped') });
  }
}
