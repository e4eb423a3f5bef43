import { createProxy, memoryKeyStore } from '@ai-proxy/core';
import type { Log, Proxy, ProxyOptions, Receipt } from '@ai-proxy/core';
import { mistral } from '@ai-proxy/mistral';
import { madeUpChange, madeUpKey, startMistralSimulator } from '@ai-proxy/testing';
import type { MistralSimulator } from '@ai-proxy/testing';
import { onTestFinished } from 'vitest';
import { createKey, hashKey, keys, memoryOwners } from '../../src/index.ts';
import type { KeysOptions, ObjectOwners } from '../../src/index.ts';

/** One account at Mistral, and a proxy before it. */
export interface Account {
  readonly proxy: Proxy;
  readonly upstream: MistralSimulator;
  readonly owners: ObjectOwners;
  readonly receipts: Receipt[];
  readonly logs: { readonly message: string; readonly fields: object }[];
  /** A key that lets in. */
  key(): Promise<string>;
  /** Somebody with a key of his own; two of one owner share what they make. */
  caller(differences?: Parameters<typeof madeUpKey>[1]): Promise<AccountCaller>;
  /** Asks the provider itself, past the proxy. */
  operator: AccountCaller;
}

export interface AccountCaller {
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Makes something, and says its id. */
  make(path: string, body: unknown, field?: string): Promise<string>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>> | undefined;
}

let made = 0;

export async function makeAccount({
  proxy: proxyOptions,
  ...options
}: Partial<KeysOptions> & { readonly proxy?: Partial<ProxyOptions> } = {}): Promise<Account> {
  const upstream = await startMistralSimulator();
  const store = memoryKeyStore();
  const owners = options.objects ?? memoryOwners();
  const receipts: Receipt[] = [];
  const logs: { message: string; fields: object }[] = [];
  const write = (fields: object, message: string): void => void logs.push({ fields, message });
  const log: Log = { debug: write, info: write, warn: write, error: write };
  const proxy = createProxy({
    providers: [mistral({ apiKey: upstream.apiKey, baseURL: upstream.url, open: ['library-sharing'] })],
    log,
    ...proxyOptions,
    policies: [keys({ log, ...options, objects: owners, store })],
    onReceipt: (receipt) => void receipts.push(receipt),
  });
  onTestFinished(async () => {
    await proxy.close({ grace: 0 });
    await upstream.close();
  });
  async function makeKey(differences: Parameters<typeof madeUpKey>[1] = {}): Promise<string> {
    const key = createKey();
    const record = madeUpKey((made += 1), { hash: await hashKey(key), ...differences });
    await store.put(record, madeUpChange(made, record.id));
    return key;
  }

  return {
    proxy,
    upstream,
    owners,
    receipts,
    logs,
    key: makeKey,
    caller: async (differences) =>
      callerOf(async (path, init) => proxy.fetch(`http://proxy.example/mistral${path}`, init), await makeKey(differences)),
    operator: callerOf(async (path, init) => fetch(`${upstream.url}${path}`, init), upstream.apiKey),
  };
}

type Send = (path: string, init: RequestInit) => Promise<Response>;

function callerOf(send: Send, key: string): AccountCaller {
  const ask: AccountCaller['ask'] = async (method, path, body, headers = {}) => {
    const isForm = body instanceof FormData;
    const response = await send(path, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: isForm || body instanceof Uint8Array || typeof body === 'string' ? (body as BodyInit) : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parsed(text) };
  };
  return {
    ask,
    async make(path, body, field = 'id') {
      const answer = await ask('POST', path, body);
      if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${answer.text}`);
      const id = answer.json?.[field];
      if (typeof id !== 'string') throw new Error(`POST ${path}: there is no ${field} in ${answer.text}`);
      return id;
    },
  };
}

function parsed(text: string): Answer['json'] {
  try {
    return JSON.parse(text) as Answer['json'];
  } catch {
    return undefined;
  }
}

export function form(fields: Readonly<Record<string, string | Blob>>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string') data.append(name, value);
    else data.append(name, value, `${name}.txt`);
  }
  return data;
}

export const fileForm = (
  text = '{"custom_id":"0","body":{"messages":[{"role":"user","content":"hello"}]}}\n',
  purpose = 'batch',
): FormData => form({ purpose, file: new Blob([text]) });
