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
  const stream = body as AsyncIterable<Uint8Array>;
  return { kind: 'stream', stream: announced === null ? stream : untilAnnounced(stream, Number(announced)) };
}

/** A host may keep only the beginning of a body, and say so nowhere but in its log: a file would go up without its end, and be taken for whole. */
async function* untilAnnounced(stream: AsyncIterable<Uint8Array>, announced: number): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0;
  for await (const piece of stream) {
    bytes += piece.byteLength;
    yield piece;
  }
  if (bytes < announced) {
    throw new ProxyError(
      `Only ${bytes} of the ${announced} bytes of this request's body have arrived: something in front of the proxy has cut it off. ` +
        'In Next.js that is a proxy.ts or middleware.ts, which keeps 10 MB of a body: leave the path of the AI gateway out of its matcher.',
      { status: 400, code: 'invalid_body', source: 'caller' },
    );
  }
}
