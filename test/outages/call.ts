import { setTimeout } from 'node:timers/promises';

/** What a caller got. */
export interface Got {
  /** `200`, `429`, `503 counter`: the status, and the store that the error names. */
  readonly what: string;
  readonly milliseconds: number;
}

export interface Asked {
  readonly key: string;
  readonly body?: object;
}

/** Longer than anything may take. Who waits for so long hangs. */
const hangs = 30_000;

/** One call, to the end of its answer. */
export async function call(url: string, { key, body }: Asked): Promise<Got> {
  const startedAt = performance.now();
  const giveUp = new AbortController();
  const what = await Promise.race([ask(url, key, body), setTimeout(hangs, 'hung', { signal: giveUp.signal }).catch(() => 'hung')]);
  giveUp.abort();
  return { what, milliseconds: performance.now() - startedAt };
}

/** A stream whose first bytes have come. */
export interface BegunStream {
  readonly ended: Promise<Got>;
}

/** Asks for a stream until one begins. */
export async function beginStream(url: string, { key, body }: Asked): Promise<BegunStream> {
  for (let tries = 1; ; tries += 1) {
    const response = await send(url, key, body);
    if (!response.ok) {
      const problem = await response.text();
      if (tries === 100) throw new Error(`no stream begins: ${problem}`);
      await setTimeout(100);
      continue;
    }
    const startedAt = performance.now();
    const readOn = async (): Promise<Got> => {
      const what = await response.text().then(
        (text) => (text.includes('[DONE]') && !text.includes('"error"') ? '200' : 'cut'),
        () => 'broken',
      );
      return { what, milliseconds: performance.now() - startedAt };
    };
    return { ended: readOn() };
  }
}

/** Of how long it takes the caller keeps account himself: `AbortSignal.timeout` may be forgotten before its time. */
const send = async (url: string, key: string, body: object | undefined): Promise<Response> =>
  fetch(url, {
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });

async function ask(url: string, key: string, body: object | undefined): Promise<string> {
  try {
    const response = await send(url, key, body);
    const text = await response.text();
    if (response.ok) return text.includes('"error"') ? 'cut' : String(response.status);
    const store = /The store \\"([^"\\]+)\\"/.exec(text)?.[1];
    return store === undefined ? String(response.status) : `${response.status} ${store}`;
  } catch (error) {
    return `broken: ${String(error)}`;
  }
}
