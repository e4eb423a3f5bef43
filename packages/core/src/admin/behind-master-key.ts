import { ProxyError } from '../errors/proxy-error.ts';
import { headerValue } from '../http/headers.ts';
import type { HttpHeaders } from '../http/headers.ts';
import type { Handler } from '../http/handler.ts';
import { environmentVariable } from '../provider/environment-variable.ts';

export interface MasterKeyOptions {
  /**
   * The operator's own key: who has it may do everything that the handler does. A string, or a function that is asked at each request. By default the
   * environment's `AI_PROXY_MASTER_KEY`; where there is neither, nobody gets in.
   */
  readonly masterKey?: string | (() => string | Promise<string>);
}

/** Lets only those through to a handler who present the operator's key, as `Authorization: Bearer` or `x-api-key`. */
export function behindMasterKey(handler: Handler, { masterKey = environmentKey }: MasterKeyOptions = {}): Handler {
  return async (request) => {
    const key = typeof masterKey === 'string' ? masterKey : await masterKey();
    if (typeof key !== 'string' || key === '') throw notConfigured();
    const presented = presentedKey(request.headers);
    if (presented === undefined || !(await isSame(presented, key))) throw refused(presented !== undefined);
    return handler(request);
  };
}

const environmentKey = (): string => environmentVariable('AI_PROXY_MASTER_KEY') ?? '';

function presentedKey(headers: HttpHeaders): string | undefined {
  const bearer = /^Bearer +(.+)$/i.exec(headerValue(headers, 'authorization') ?? '')?.[1];
  return bearer ?? headerValue(headers, 'x-api-key');
}

/** Compares digests of one length: how long it takes tells nothing of how much of the key was right. */
async function isSame(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([digest(one), digest(other)]);
  let difference = 0;
  for (const [index, byte] of a.entries()) difference |= byte ^ (b[index] ?? 0);
  return difference === 0;
}

const encoder = new TextEncoder();

const digest = async (text: string): Promise<Uint8Array> => new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(text)));

const notConfigured = (): ProxyError =>
  new ProxyError('This page is for the operator, and no master key is set. Set AI_PROXY_MASTER_KEY, or give the option masterKey.', {
    status: 503,
    code: 'not_configured',
  });

const refused = (wasPresented: boolean): ProxyError =>
  new ProxyError(
    wasPresented
      ? 'This is not the master key. Send the operator’s own as "Authorization: Bearer <key>".'
      : 'This page asks for the master key. Send it as "Authorization: Bearer <key>".',
    { status: 401, code: 'invalid_master_key', source: 'caller' },
  );
