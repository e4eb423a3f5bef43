import { createEnvironmentProxy, createProxy } from '@ai-proxy/core';
import type { FetchDoorInit, Receipt } from '@ai-proxy/core';
import { mistral, mistralFromEnvironment, openaiCompatible } from '@ai-proxy/mistral';
import { ollama, ollamaFace, ollamaFromEnvironment } from '@ai-proxy/ollama';
import { nodeGlobals } from './node-globals.ts';

/** Where the simulators listen. */
export interface Upstreams {
  readonly mistralUrl: string;
  readonly mistralKey: string;
  readonly ollamaUrl: string;
  /** Answers when the request has come that is never answered. */
  readonly watchUrl: string;
}

/** What one call came to. */
export interface Told {
  readonly status?: number;
  readonly type?: string | null;
  readonly text?: string;
  /** The name of what it threw. */
  readonly threw?: string;
}

/** What the program has seen, by the name of each call. */
export interface Report {
  readonly calls: Readonly<Record<string, Told>>;
  /** The accounts of the calls, in the order in which they ended. */
  readonly receipts: readonly string[];
  /** What Node has and a web runtime has not, and was there all the same. */
  readonly leftOver: readonly string[];
}

const messages = [{ role: 'user', content: 'Hello there' }];

const picture = { type: 'image_url', image_url: { url: 'http://pictures.example/cat.png' } };
const seeing = [{ role: 'user', content: [{ type: 'text', text: 'What is this?' }, picture] }];

/** An application on a web runtime: a proxy in a module, asked through its `fetch` alone. */
export async function runProgram(upstreams: Upstreams): Promise<Report> {
  const receipts: Receipt[] = [];
  const proxy = createProxy({
    providers: [
      mistral({ baseURL: upstreams.mistralUrl, apiKey: upstreams.mistralKey }),
      ollama({ baseURL: upstreams.ollamaUrl }),
      openaiCompatible({ name: 'nobody', baseURL: 'http://127.0.0.1:1' }),
      mistral({ name: 'keyless', baseURL: upstreams.mistralUrl }),
    ],
    faces: [ollamaFace()],
    remoteFiles: {},
    retry: false,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    onReceipt: (receipt) => receipts.push(receipt),
  });
  const calls: Record<string, Told> = {};
  for (const [name, ask] of Object.entries(questions(proxy.fetch, upstreams.watchUrl))) calls[name] = await ask();
  calls['with nothing in the environment'] = await askEnvironment();
  await proxy.close({ grace: 0 });
  return {
    calls,
    receipts: receipts.map(({ operation, dialect, provider, outcome }) => [operation, dialect, provider, outcome].join(' ')),
    leftOver: nodeGlobals.filter((name) => globalThis[name] !== undefined),
  };
}

function askEnvironment(): Promise<Told> {
  const proxy = createEnvironmentProxy([mistralFromEnvironment, ollamaFromEnvironment]);
  return told(proxy.fetch('http://proxy.local/v1/models'));
}

type Fetch = (url: string, init?: FetchDoorInit) => Promise<Response>;

function questions(fetch: Fetch, watchUrl: string): Record<string, () => Promise<Told>> {
  const at = (path: string): string => `http://proxy.local${path}`;
  const post = (path: string, body: BodyInit, init: FetchDoorInit = {}): Promise<Response> =>
    fetch(at(path), { method: 'POST', headers: { 'content-type': 'application/json' }, body, ...init });
  const chat = (model: string, rest: object = {}): string => JSON.stringify({ model, messages, ...rest });
  const canonical = '/v1/chat/completions';
  const native = '/mistral/v1/chat/completions';
  const small = 'mistral-small-latest';
  const large = 'mistral-large-latest';
  const stream = { stream: true };

  return {
    whole: () => told(post(canonical, chat(small))),
    streamed: () => told(post(canonical, chat(small, stream))),
    'from ollama': () => told(post(canonical, chat('ollama/llama3.2'))),
    'streamed from ollama': () => told(post(canonical, chat('ollama/llama3.2', stream))),
    native: () => told(post(native, chat(small))),
    'native and streamed': () => told(post(native, chat(small, stream))),
    'for an Ollama client': () => told(post('/api/chat', chat(small))),
    models: () => told(fetch(at('/v1/models'))),
    'compressed by the caller': async () =>
      told(post(canonical, await gzip(chat(small)), { headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' } })),
    'compressed by the provider': () => told(post(canonical, chat('open-mistral-nemo'))),
    'native, compressed by the provider': () => told(post(native, chat('open-mistral-nemo', stream))),
    upload: () => told(fetch(at('/mistral/v1/files'), { method: 'POST', body: largeForm() })),
    'below a prefix': () => told(fetch(at(`/ai/v1/models/${small}`), { prefix: '/ai' })),
    'of nobody': () => told(fetch(at('/v1/models'), { caller: undefined })),
    'with a picture by its URL': () => told(post(canonical, JSON.stringify({ model: 'ollama/gemma3:4b', messages: seeing }))),
    'to nobody': () => told(post(canonical, chat('nobody/default'))),
    'without a key in the environment': () => told(post(canonical, chat(`keyless/${small}`))),
    'left before the answer': () =>
      leave(async (signal, abort) => {
        void globalThis.fetch(watchUrl).then(abort);
        return post(canonical, chat('ministral-8b-latest'), { signal });
      }),
    'left in the middle': () => leave((signal) => post(canonical, chat(large, stream), { signal }), 'abort'),
    'cancelled in the middle': () => leave(() => post(native, chat(large, stream)), 'cancel'),
  };
}

async function told(asked: Promise<Response>): Promise<Told> {
  const answer = await asked;
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
}

/** Leaves an answer behind its first piece, by the signal or by its body. */
async function leave(ask: (signal: AbortSignal, abort: () => void) => Promise<Response>, how?: 'abort' | 'cancel'): Promise<Told> {
  const leaving = new AbortController();
  const abort = (): void => leaving.abort();
  try {
    const answer = await ask(leaving.signal, abort);
    const reader = answer.body?.getReader();
    const first = await reader?.read();
    if (how === 'abort') abort();
    if (how === 'cancel') await reader?.cancel();
    while (!(await reader?.read())?.done);
    return { status: answer.status, text: new TextDecoder().decode(first?.value) };
  } catch (error) {
    return { threw: error instanceof Error ? error.name : String(error) };
  }
}

const gzip = (text: string): Promise<ArrayBuffer> =>
  new Response(new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer();

function largeForm(): FormData {
  const form = new FormData();
  form.append('purpose', 'ocr');
  form.append('file', new Blob([Uint8Array.from({ length: 300_000 }, (_, index) => (index * 31) % 256)]), 'bytes.bin');
  return form;
}
