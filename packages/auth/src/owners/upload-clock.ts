import { brokenExchange } from '@ai-proxy/core';
import type { HttpReply, HttpRelay, HttpRequestBody, RelayReply } from '@ai-proxy/core';

/**
 * Carries a relay out whose body may be long: the clock of the first byte counts while nothing moves, and not while the upload goes on. Counted from its beginning, a
 * large file on a slow line would never arrive.
 */
export async function carryUpload({ carryOut }: Pick<RelayReply, 'carryOut'>, relay: HttpRelay, body: HttpRequestBody): Promise<HttpReply> {
  const patience = relay.clocks.firstByte;
  if (body.kind !== 'stream' || patience <= 0) return carryOut(relay, body);
  const { stream } = body;
  const tooLate = new AbortController();
  const expire = (): void => tooLate.abort(brokenExchange('first_byte_timeout'));
  let clock = setTimeout(expire, patience);

  async function* moving(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of stream) {
      clearTimeout(clock);
      clock = setTimeout(expire, patience);
      yield chunk;
    }
  }

  const clocks = { ...relay.clocks, firstByte: 0 };
  const signal = AbortSignal.any([relay.signal, tooLate.signal]);
  try {
    return await carryOut({ ...relay, clocks, signal }, { kind: 'stream', stream: moving() });
  } finally {
    clearTimeout(clock);
  }
}
