import { toReadableStream } from '../body/to-readable-stream.ts';
import { brokenExchange } from './broken-exchange.ts';
import { createClock } from './clock.ts';
import type { Transport, TransportOptions, TransportRequest, TransportResponse } from './transport.ts';

/** The way out where there is no Node: `fetch`. Its connections are the platform's affair, and so is the clock of connecting. */
export function createTransport(_options: TransportOptions = {}): Transport {
  return { send, close: async () => {} };
}

async function send(request: TransportRequest): Promise<TransportResponse> {
  const exchange = new AbortController();
  const onAbort = (): void => exchange.abort(request.signal.reason);
  if (request.signal.aborted) throw request.signal.reason;
  request.signal.addEventListener('abort', onAbort, { once: true });
  let begun = false;
  const clock = createClock(() => exchange.abort(brokenExchange(begun ? 'idle_timeout' : 'first_byte_timeout')));
  const leave = (): void => {
    clock.dispose();
    request.signal.removeEventListener('abort', onAbort);
  };
  clock.start(request.clocks.firstByte);
  // When the connection stands is not told here.
  request.onSent?.();

  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: request.headers,
      redirect: 'manual',
      signal: exchange.signal,
      ...bodyOf(request),
    });
    return { status: response.status, headers: headersOf(response.headers), body: bytes(response) };
  } catch (error) {
    leave();
    throw exchange.signal.aborted ? exchange.signal.reason : brokenExchange('refused', error);
  }

  async function* bytes(response: Response): AsyncGenerator<Uint8Array, void, undefined> {
    const reader = response.body?.getReader();
    try {
      while (reader) {
        if (begun) clock.start(request.clocks.idle);
        const { done, value } = await reader.read();
        if (done) return;
        begun = true;
        clock.stop();
        yield value;
      }
    } catch (error) {
      throw exchange.signal.aborted ? exchange.signal.reason : brokenExchange('reset', error);
    } finally {
      leave();
      // Stopping early has to reach the provider; after the end this does nothing.
      exchange.abort();
    }
  }
}

function bodyOf(request: TransportRequest): RequestInit {
  const { body } = request;
  if (body === undefined) return {};
  if (typeof body === 'string') return { body };
  if (body instanceof Uint8Array) return { body: Uint8Array.from(body) };
  // `duplex` is asked for by the standard for streamed uploads and not yet in every type library.
  return { body: toReadableStream(body), duplex: 'half' } as RequestInit;
}

/** What `fetch` undoes by itself, while the headers go on naming it. */
const undone = /^(?:x-)?gzip$|^deflate$|^br$/i;

function headersOf(headers: Headers): Record<string, string> {
  const result: Record<string, string> = Object.create(null) as Record<string, string>;
  headers.forEach((value, name) => {
    result[name] = value;
  });
  // Neither the coding nor the length is true of the bytes that are read here.
  if (undone.test(result['content-encoding'] ?? '')) {
    delete result['content-encoding'];
    delete result['content-length'];
  }
  return result;
}
