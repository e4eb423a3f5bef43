import { consoleLog, reasonOf, within } from '@ai-proxy/core';
import type { Handler, Log } from '@ai-proxy/core';

/** Something that the server needs. */
export interface Need {
  /** Said to whoever asks: `keys`, `counter`. */
  readonly name: string;
  /** Rejects where it is not there. */
  readonly ask: () => Promise<unknown>;
}

export interface ReadinessOptions {
  /** By when each must have answered, in milliseconds. @default 2000 */
  readonly deadline?: number;
  /** For how long an answer is given again, in milliseconds: whoever asks without end asks nobody else. @default 1000 */
  readonly kept?: number;
  readonly log?: Log;
}

/** `GET /ready`: whether all that the server needs answers. It says what does not; why, only the log says. */
export function readiness(
  needs: readonly Need[],
  { deadline = 2000, kept = 1000, log = consoleLog }: ReadinessOptions = {},
): Handler & { stop(): void } {
  let isStopping = false;
  let asking: Promise<ReadonlySet<string>> | undefined;
  let askedAt = -Infinity;
  const absent = new Set<string>();

  async function ask(): Promise<ReadonlySet<string>> {
    await Promise.all(
      needs.map(async ({ name, ask: one }) => {
        try {
          await within(one(), deadline);
          if (absent.delete(name)) log.warn({ need: name }, 'it answers again');
        } catch (error) {
          if (!absent.has(name)) log.warn({ need: name, error: reasonOf(error) }, 'it does not answer: the server is not ready');
          absent.add(name);
        }
      }),
    );
    askedAt = performance.now();
    return absent;
  }

  const askOnce = async (): Promise<ReadonlySet<string>> => {
    if (performance.now() - askedAt < kept) return absent;
    asking ??= ask().finally(() => (asking = undefined));
    return asking;
  };

  const handler: Handler = async ({ target, method }) => {
    if (target.split('?', 1)[0] !== '/ready') return undefined;
    if (method !== 'GET' && method !== 'HEAD') return { status: 405, headers: { allow: 'GET, HEAD' } };
    const missing = await askOnce();
    const status = isStopping ? 'stopping' : missing.size > 0 ? 'not_ready' : 'ready';
    return {
      status: status === 'ready' ? 200 : 503,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      body: JSON.stringify({ status, checks: Object.fromEntries(needs.map(({ name }) => [name, missing.has(name) ? 'failing' : 'ok'])) }),
    };
  };
  return Object.assign(handler, { stop: () => void (isStopping = true) });
}
