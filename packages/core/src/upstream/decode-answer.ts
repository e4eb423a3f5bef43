import { inflate } from '#inflate';
import { collect } from '../body/collect.ts';
import { brokenExchange } from '../transport/broken-exchange.ts';
import { ProxyError } from '../errors/proxy-error.ts';
import { headerValue } from '../http/headers.ts';
import { readEncoding } from '../inflate/encodings.ts';
import type { TransportResponse } from '../transport/transport.ts';

/** The body of an answer as plain bytes. `identity` is always asked for; some servers compress all the same. */
export function decodeAnswer(response: TransportResponse): AsyncIterable<Uint8Array> {
  const header = headerValue(response.headers, 'content-encoding');
  if (header === undefined) return response.body;
  let encoding: ReturnType<typeof readEncoding>;
  try {
    encoding = readEncoding(header);
  } catch (cause) {
    return refuse(response.body, cause);
  }
  return encoding ? inflated(response.body, encoding) : response.body;
}

/** A whole answer, up to the bound. */
export async function readAnswer(response: TransportResponse, limit: number): Promise<Uint8Array> {
  const bytes = await collect(decodeAnswer(response), limit);
  if (bytes) return bytes;
  throw new ProxyError(`The provider's answer is larger than ${limit} bytes. The operator can raise "limits.answer".`, {
    status: 502,
    code: 'upstream_too_large',
    source: 'provider',
  });
}

async function* inflated(
  body: AsyncIterable<Uint8Array>,
  encoding: NonNullable<ReturnType<typeof readEncoding>>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* inflate(body, encoding);
  } catch (cause) {
    throw cause instanceof ProxyError ? cause : brokenExchange('garbage', cause);
  }
}

async function* refuse(body: AsyncIterable<Uint8Array>, cause: unknown): AsyncGenerator<Uint8Array> {
  await body[Symbol.asyncIterator]().return?.();
  throw brokenExchange('garbage', cause);
}
