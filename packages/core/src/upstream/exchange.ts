import type { ReceiptDraft } from '../receipt/receipt.ts';
import { ProxyError } from '../errors/proxy-error.ts';
import type { HttpHeaders } from '../http/headers.ts';
import type { Provider } from '../provider/provider.ts';
import type { Transport, TransportClocks, TransportResponse } from '../transport/transport.ts';
import { authorization, credentialFor } from './credential.ts';
import { readFailure } from './read-failure.ts';

/** What every request to a provider is made with. */
export interface Upstream {
  readonly transport: Transport;
  readonly clocks: TransportClocks;
  readonly limits: UpstreamLimits;
}

export interface UpstreamLimits {
  /** Bytes of one whole answer. */
  readonly answer: number;
  /** Bytes of one event or line. */
  readonly event: number;
}

export interface ExchangeRequest {
  readonly provider: Provider;
  readonly operation: string;
  readonly method: string;
  /** Path and query below the base URL. */
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array;
  readonly callerHeaders: HttpHeaders;
  readonly signal: AbortSignal;
  /** Is told when the request goes up. */
  readonly receipt?: Pick<ReceiptDraft, 'sent' | 'received' | 'meter'>;
}

export interface Exchange {
  readonly response: TransportResponse;
  /** For keeping it out of what is read from the answer. */
  readonly credential: string | undefined;
  /** To be called when the whole answer is there. */
  received(): void;
}

/** Makes one request to a provider; whatever is not 2xx is thrown. */
export async function exchange(upstream: Upstream, request: ExchangeRequest): Promise<Exchange> {
  const { provider } = request;
  const credential = await credentialFor(provider, request.callerHeaders);
  request.receipt?.sent();
  const meter = request.receipt?.meter;
  const sending = upstream.transport.send({
    url: providerUrl(provider, request.operation, request.path),
    method: request.method,
    headers: { ...request.headers, ...provider.headers, ...authorization(provider, credential), 'accept-encoding': 'identity' },
    ...(request.body === undefined ? {} : { body: request.body }),
    signal: request.signal,
    clocks: upstream.clocks,
    ...(meter ? { onSent: () => meter.asked() } : {}),
  });
  let response: TransportResponse;
  try {
    response = await sending;
  } catch (error) {
    if (!haveGivenUp(error, request.signal)) meter?.refused();
    throw error;
  }
  if (response.status < 200 || response.status > 299) {
    meter?.refused();
    throw await readFailure(provider, response, credential);
  }
  meter?.taken();
  return { response, credential, received: () => request.receipt?.received() };
}

/** Whoever is not waited for any more may work on all the same. */
const haveGivenUp = (error: unknown, signal: AbortSignal): boolean =>
  signal.aborted || (error instanceof ProxyError && error.code === 'timeout_first_byte');

/** Where a request of a provider goes. The path is appended, never resolved: nothing in it can lead elsewhere. */
export function providerUrl(provider: Provider, operation: string, path: string): URL {
  const { baseURL } = provider;
  return new URL((typeof baseURL === 'function' ? baseURL(operation) : baseURL) + path);
}
