import { behindMasterKey, ProxyError, rawSegments, splitTarget } from '@ai-proxy/core';
import type { Handler, HttpReply, Ledger, MasterKeyOptions } from '@ai-proxy/core';
import { answerCall, answerCalls } from './calls.ts';
import { answerSpend } from './spend.ts';

export interface AccountsOptions extends MasterKeyOptions {
  readonly ledger: Ledger;
  /** The clock by which `from=30d` is reckoned, in Unix milliseconds; by default the system's. */
  readonly now?: () => number;
}

/**
 * Reads a ledger out, to whoever has the master key: `GET /spend`, `GET /calls`, `GET /calls/{id}`, each also as CSV. A handler of its own, mounted on
 * purpose: mounting the proxy does not mount it.
 */
export function accounts({ ledger, now = Date.now, ...options }: AccountsOptions): Handler {
  const guarded = behindMasterKey(async ({ target }) => {
    const { path, query } = splitTarget(target);
    const [what, id] = rawSegments(path);
    const reply =
      what === 'spend'
        ? answerSpend(ledger, query, now())
        : id === undefined
          ? answerCalls(ledger, query, now())
          : answerCall(ledger, decode(id));
    return reply;
  }, options);

  return async (request) => {
    const segments = rawSegments(splitTarget(request.target).path);
    const isMine =
      (segments.length === 1 && (segments[0] === 'spend' || segments[0] === 'calls')) || (segments.length === 2 && segments[0] === 'calls');
    if (!isMine) return undefined;
    if (request.method !== 'GET' && request.method !== 'HEAD') return notAllowed();
    return guarded(request);
  };
}

const notAllowed = (): HttpReply => ({ status: 405, headers: { allow: 'GET, HEAD' } });

function decode(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    throw new ProxyError('The id of this path is not encoded as a URL has to be.', { status: 400, code: 'invalid_path', source: 'caller' });
  }
}
