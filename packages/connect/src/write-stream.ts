import type { HttpStream } from '@ai-proxy/core';
import type { Exchange } from './exchange.ts';
import type { MountSettings } from './mount-options.ts';
import { createResponseWriter } from './response-writer.ts';

/** Writes a body that is still being made, after its headers were set. Runs once per chunk of every stream: what is made here is made once per stream. */
export async function writeStream(exchange: Exchange, body: HttpStream, settings: Pick<MountSettings, 'writing'>): Promise<void> {
  const { res, signal } = exchange;
  const iterator = body.chunks[Symbol.asyncIterator]();
  let wake: (() => void) | undefined;
  const writer = createResponseWriter(exchange, settings.writing.timeout, () => wake?.());
  const untilTaken = (resolve: () => void): void => {
    wake = resolve;
  };

  let lastWrite = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const { keepAlive } = body;
  const keepAliveInterval = settings.writing.keepAlive;
  const showLife = (): void => {
    const now = performance.now();
    let wait = keepAliveInterval - (now - lastWrite);
    if (wait <= 1) {
      if (!writer.isBlocked && keepAlive !== undefined) writer.write(keepAlive);
      lastWrite = now;
      wait = keepAliveInterval;
    }
    timer = setTimeout(showLife, wait).unref();
  };
  if (keepAlive !== undefined && keepAliveInterval > 0) timer = setTimeout(showLife, keepAliveInterval).unref();

  // The first chunk is mostly there already, and then one packet carries both; where it is not, the headers leave in this turn of the event loop.
  const head = setImmediate(() => {
    if (!res.headersSent) res.flushHeaders();
  });

  const stop = (): void => {
    clearTimeout(timer);
    clearImmediate(head);
  };
  const leave = (): void => {
    stop();
    wake?.();
    release(iterator);
  };
  signal.addEventListener('abort', leave, { once: true });

  try {
    for (;;) {
      const result = await iterator.next();
      if (signal.aborted) return;
      if (result.done === true) break;
      if (result.value.length === 0) continue;
      lastWrite = performance.now();
      if (!writer.write(result.value)) {
        await new Promise<void>(untilTaken);
        if (signal.aborted) return;
      }
    }
  } catch {
    // Why it broke is in the receipt of whoever made the stream; the caller can be told only by the missing end.
    if (!signal.aborted) writer.cut();
    return;
  } finally {
    stop();
    signal.removeEventListener('abort', leave);
  }
  writer.end();
}

/** Tells whoever makes a stream that nobody wants the rest. What it throws on the way out has no reader any more. */
export function release(iterator: AsyncIterator<unknown>): void {
  try {
    iterator.return?.().then(undefined, () => {});
  } catch {
    // An iterator made by hand may throw at once.
  }
}
