import { ProxyError } from '../errors/proxy-error.ts';
import type { HttpRequestBody } from '../http/request.ts';

/** What tells of the body of a web request. */
export interface BodyHolder {
  readonly body: unknown;
  readonly bodyUsed: boolean;
  readonly headers: { get(name: string): string | null };
}

/** The body of a web request, as long as it was announced to be. */
export function toRequestBody({ body, bodyUsed, headers }: BodyHolder): HttpRequestBody {
  const announced = headers.get('content-length');
  // Of a body without bytes nothing is lost, whoever has read it.
  if (announced === '0') return { kind: 'none' };
  if (bodyUsed) return { kind: 'consumed' };
  if (!body) return { kind: 'none' };
  return { kind: 'stream', stream: readWhole(body as AsyncIterable<Uint8Array>, announced === null ? 0 : Number(announced)) };
}

/**
 * A host may keep only the beginning of a body, and say so nowhere but in its log: a file would go up without its end, and be taken for whole. And what
 * nobody wants of a body has to be read all the same, before the host can take the next request of the connection.
 */
function readWhole(stream: AsyncIterable<Uint8Array>, announced: number): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]() {
      const pieces = stream[Symbol.asyncIterator]();
      let bytes = 0;
      return {
        async next() {
          const next = await pieces.next();
          if (next.done !== true) bytes += next.value.byteLength;
          else if (bytes < announced) throw cutOff(bytes, announced);
          return next;
        },
        async return() {
          void discard(pieces);
          return { done: true, value: undefined };
        },
      };
    },
  };
}

const cutOff = (bytes: number, announced: number): ProxyError =>
  new ProxyError(
    `Only ${bytes} of the ${announced} bytes of this request's body have arrived: something in front of the proxy has cut it off. ` +
      'In Next.js that is a proxy.ts or middleware.ts, which keeps 10 MB of a body: leave the path of the AI gateway out of its matcher.',
    { status: 400, code: 'invalid_body', source: 'caller' },
  );

const mostToDiscard = 1024 * 1024;

async function discard(pieces: AsyncIterator<Uint8Array>): Promise<void> {
  try {
    for (let bytes = 0; bytes < mostToDiscard;) {
      const next = await pieces.next();
      if (next.done === true) return;
      bytes += next.value.byteLength;
    }
    await pieces.return?.();
  } catch {
    // The caller has left in the middle of what nobody wants.
  }
}
