import { ProxyError } from '@ai-proxy/core';
import type { JsonObject, NativeSurface, Provider, ProviderOperation, RemoteFile, StreamDecoder } from '@ai-proxy/core';
import type { ProviderContractOptions } from '../../src/index.ts';
import { sound, soundOptions } from './sound-provider.ts';

/** One way to break the contract: the check that finds it, what it says, and the provider. */
export type BrokenProvider = readonly [check: string, says: RegExp, options: ProviderContractOptions];

const chat = sound.operations['chat'] as ProviderOperation;
const native = sound.native as NativeSurface;

const withProvider = (changes: Partial<Provider>): ProviderContractOptions => ({ ...soundOptions, provider: { ...sound, ...changes } });
const withChat = (changes: Partial<ProviderOperation>): ProviderContractOptions =>
  withProvider({ operations: { ...sound.operations, chat: { ...chat, ...changes } } });
const withNative = (changes: Partial<NativeSurface>): ProviderContractOptions => withProvider({ native: { ...native, ...changes } });

/** A chat whose request is changed once it has been made. */
const withRequest = (change: (body: JsonObject) => object): ProviderContractOptions =>
  withChat({
    request(input, call) {
      const made = chat.request(input, call);
      return 'requests' in made ? made : { ...made, ...change(made.body ?? {}) };
    },
  });

/** A chat whose files are changed once they have been declared. */
const withFiles = (change: (files: readonly RemoteFile[], input: JsonObject) => readonly RemoteFile[]): ProviderContractOptions =>
  withChat({ fetches: (input, call) => change(chat.fetches?.(input, call) ?? [], input) });

/** A chat whose decoder is wrapped. */
const withDecoder = (wrap: (decoder: StreamDecoder) => StreamDecoder): ProviderContractOptions =>
  withChat({ stream: { framing: 'sse', createDecoder: (call) => wrap(chat.stream?.createDecoder(call) as StreamDecoder) } });

/** Counts across calls, which no provider may. */
const counter = (): (() => number) => {
  let count = 0;
  return () => (count += 1);
};
const countRequests = counter();
const countAnswers = counter();
const countFiles = counter();

const about = 'chat (text):';
const stream = `${about} its stream`;
const talk = 'native: talk (text): its stream';

export const brokenProviders: readonly BrokenProvider[] = [
  ['has a name that can be a segment of a path and the prefix of a model', /cannot be `v1`/, withProvider({ name: 'v1' })],
  ['has a name that can be a segment of a path and the prefix of a model', /`system`/, withProvider({ system: 'Big Vendor' })],
  ['has an absolute base URL for every operation', /no absolute URL/, withProvider({ baseURL: 'sound.example.com' })],
  ['has an absolute base URL for every operation', /ends with a slash/, withProvider({ baseURL: 'https://sound.example.com/' })],
  ['has an absolute base URL for every operation', /neither http/, withProvider({ baseURL: () => 'ftp://sound.example.com' })],
  ['has an absolute base URL for every operation', /a query/, withProvider({ baseURL: 'https://sound.example.com?key=1' })],
  ['has an absolute base URL for every operation', /credential/, withProvider({ baseURL: 'https://user:word@sound.example.com' })],
  ['adds only headers that can be sent', /cannot be sent/, withProvider({ headers: { 'x-a': 'a\nb' } })],
  ['adds only headers that can be sent', /no name of a header/, withProvider({ headers: { 'x a': 'a' } })],
  ['adds only headers that can be sent', /holds a credential/, withProvider({ headers: { Authorization: 'Bearer a' } })],
  ['adds only headers that can be sent', /does not present/, withProvider({ authorize: () => ({}) })],
  [
    'hands down only answer headers that concern a caller',
    /set-cookie/,
    withProvider({ answerHeaders: (headers) => headers as Record<string, string> }),
  ],
  [
    'is shown with a recorded answer of everything that it says it does',
    /a case of embeddings with `answers`/,
    { ...soundOptions, cases: soundOptions.cases.filter(({ operation }) => operation !== 'embeddings') },
  ],
  [
    'is shown with a recorded answer of everything that it says it does',
    /a case of chat with a complete `stream`/,
    {
      ...soundOptions,
      cases: soundOptions.cases.map(({ title, operation, input, drops = [], answers = [] }) => ({
        title,
        operation,
        input,
        drops,
        answers,
      })),
    },
  ],
  ['is shown with a recorded answer of everything that it says it does', /a case in `native` of talk/, { ...soundOptions, native: [] }],
  [
    'is shown only with operations that it has, under titles of their own',
    /share a title/,
    { ...soundOptions, cases: [...soundOptions.cases, ...soundOptions.cases] },
  ],
  [
    'is shown only with operations that it has, under titles of their own',
    /does not serve/,
    { ...soundOptions, cases: [...soundOptions.cases, { title: 'none', operation: 'fim', input: {} }] },
  ],
  [
    'is shown with a recorded answer of everything that it says it does',
    /a case of chat whose input names a file/,
    { ...soundOptions, cases: soundOptions.cases.filter(({ title }) => title !== 'text') },
  ],
  [
    `${about} declares the same files of the same input, and changes none of it`,
    /fetches\(\) changed its input/,
    withFiles((files, input) => {
      input['temperature'] = 1;
      return files;
    }),
  ],
  [
    `${about} declares the same files of the same input, and changes none of it`,
    /at first and .* afterwards/,
    withFiles((files) => files.slice(countFiles() % 2)),
  ],
  [
    `${about} declares the same files of the same input, and changes none of it`,
    /told drop\(\) \["user"\]/,
    withChat({
      fetches(input, call) {
        call.drop('user');
        return chat.fetches?.(input, call) ?? [];
      },
    }),
  ],
  [
    `${about} declares files that can be fetched, one for each place that names them`,
    /no URL of http/,
    withFiles((files) => files.map((file) => ({ ...file, url: 'file:///etc/passwd' }))),
  ],
  [
    `${about} declares files that can be fetched, one for each place that names them`,
    /does not stand there/,
    withFiles((files) => files.map((file) => ({ ...file, param: 'messages[0].content[0].image_url.url' }))),
  ],
  [
    `${about} declares files that can be fetched, one for each place that names them`,
    /\["image\/svg\+xml"\] is accepted/,
    withFiles((files) => files.map((file) => ({ ...file, accept: ['image/svg+xml'] }))),
  ],
  [
    `${about} declares files that can be fetched, one for each place that names them`,
    /\[\] is accepted/,
    withFiles((files) => files.map((file) => ({ ...file, accept: [] }))),
  ],
  [
    `${about} declares files that can be fetched, one for each place that names them`,
    /no number of bytes/,
    withFiles((files) => files.map((file) => ({ ...file, maxBytes: 0.5 }))),
  ],
  [
    `${about} declares files that can be fetched, one for each place that names them`,
    /stands in 2 places/,
    withFiles((files) => files.filter(({ url }, index) => files.findIndex((file) => file.url === url) === index)),
  ],
  [
    `${about} passes over what it cannot read when it declares files`,
    /threw TypeError/,
    withFiles((files, input) => {
      (input['messages'] as JsonObject[]).map(({ content }) => content);
      return files;
    }),
  ],
  [
    `${about} passes over what it cannot read when it declares files`,
    /declared files of/,
    withFiles((files) => (files.length > 0 ? files : [{ url: 'https://a.example/', param: 'a', accept: ['image/png'] }])),
  ],
  [
    `${about} makes its requests of what was fetched`,
    /not used by request\(\): https:\/\/pictures\.example\/b\.png$/,
    withRequest((body) => ({ body: { ...body, pictures: (body['pictures'] as string[]).filter((_, index) => index !== 1) } })),
  ],
  [
    `${about} makes nothing worse than a ProxyError where nothing was fetched`,
    /without `call\.fetched` request\(\) threw TypeError/,
    withChat({
      request(input, call) {
        (call.fetched as ReadonlyMap<string, unknown>).get('a');
        return chat.request(input, call);
      },
    }),
  ],
  [
    `${about} makes the same requests of the same input, and changes none of it`,
    /changed its input/,
    withChat({
      request(input, call) {
        input['temperature'] = 1;
        return chat.request(input, call);
      },
    }),
  ],
  [
    `${about} makes the same requests of the same input, and changes none of it`,
    /made .* at first/,
    withRequest((body) => ({ body: { ...body, seed: countRequests() } })),
  ],
  [`${about} makes requests that can be sent`, /does not begin with one slash/, withRequest(() => ({ path: 'talk' }))],
  [`${about} makes requests that can be sent`, /lead elsewhere/, withRequest(() => ({ path: '/a/../b' }))],
  [`${about} makes requests that can be sent`, /no method/, withRequest(() => ({ method: 'post' }))],
  [`${about} makes requests that can be sent`, /body\.at is a Date/, withRequest((body) => ({ body: { ...body, at: new Date(0) } }))],
  [`${about} makes requests that can be sent`, /body\.n\[0\] is NaN/, withRequest((body) => ({ body: { ...body, n: [Number.NaN] } }))],
  [
    `${about} makes one request of a call that streams`,
    /several requests/,
    withChat({
      request: (input, call) => {
        const made = chat.request(input, call);
        return 'requests' in made ? made : { requests: [made], combine: ([output]) => output ?? {} };
      },
    }),
  ],
  [
    `${about} reports the fields that it cannot honour, and no others`,
    /was told \["temperature","user"\]|was told \["user","temperature"\]/,
    withChat({
      request(input, call) {
        call.drop('temperature');
        return chat.request(input, call);
      },
    }),
  ],
  [
    `${about} reports the fields that it cannot honour, and no others`,
    /was told \[\], not \["user"\]/,
    withChat({ request: (input, call) => chat.request(input, { ...call, drop: () => {} }) }),
  ],
  [
    `${about} lets a refusal of drop() pass`,
    /did not come out/,
    withChat({
      request(input, call) {
        try {
          return chat.request(input, call);
        } catch {
          return { path: '/talk' };
        }
      },
    }),
  ],
  [
    `${about} leaves no field of OpenAI's out in silence`,
    /neither sent, reported nor refused: .*logit_bias/,
    withChat({
      request: (input, call) => chat.request(input, { ...call, drop: (field) => (field === 'user' ? call.drop(field) : undefined) }),
    }),
  ],
  [
    `${about} makes canonical output of the recorded answer`,
    /finish_reason is "END"/,
    withChat({
      response: (body, call) => {
        const output = chat.response(body, call);
        return { ...output, choices: [{ ...(output['choices'] as JsonObject[])[0], finish_reason: 'END' }] };
      },
    }),
  ],
  [
    `${about} makes the same output of the same answer, and changes none of it`,
    /at first/,
    withChat({ response: (body, call) => ({ ...chat.response(body, call), id: `id-${countAnswers()}` }) }),
  ],
  [
    `${about} makes the same output of the same answer, and changes none of it`,
    /changed the body/,
    withChat({
      response(body, call) {
        const output = chat.response(body, call);
        delete (body as JsonObject)['text'];
        return output;
      },
    }),
  ],
  [
    `${about} makes nothing worse than a ProxyError of an answer that is none`,
    /threw TypeError/,
    withChat({
      response(body, call) {
        (body as { text: string }).text.trim();
        return chat.response(body, call);
      },
    }),
  ],
  [
    `${stream} ends as it was recorded`,
    /incomplete, and was recorded/,
    withDecoder(({ decode }) => ({ decode, end: () => ({ chunks: [], complete: false }) })),
  ],
  [
    `${stream} ends as it was recorded`,
    /failure: no, and was recorded/,
    withDecoder(({ end }) => ({
      end,
      decode() {
        throw new ProxyError('no', { status: 502, code: null });
      },
    })),
  ],
  [
    `${stream} comes in the form and the order that clients rely on`,
    /the role is undefined/,
    withDecoder((decoder) => ({
      get done() {
        return decoder.done === true;
      },
      decode: (frame) => decoder.decode(frame).slice(frame.data.includes('Grü') ? 1 : 0),
      end: () => decoder.end(),
    })),
  ],
  [
    `${stream} says the same however it is cut into pieces`,
    /it gives .*, and whole/,
    // Two streams of the same bytes differ: something outlives its stream.
    withChat({
      stream: {
        framing: 'sse',
        createDecoder(call) {
          const id = `id-${countAnswers()}`;
          return chat.stream?.createDecoder({ ...call, id }) as StreamDecoder;
        },
      },
    }),
  ],
  [
    `${stream} is not complete where it ends early, and what came before is the beginning of the whole`,
    /said to be complete, without its finish/,
    withDecoder((decoder) => ({
      get done() {
        return decoder.done === true;
      },
      decode: (frame) => decoder.decode(frame),
      end: () => ({ chunks: [], complete: true }),
    })),
  ],
  [
    `${stream} makes nothing worse than a ProxyError of a frame that is none`,
    /threw SyntaxError/,
    withDecoder((decoder) => ({
      get done() {
        return decoder.done === true;
      },
      decode(frame) {
        JSON.parse(frame.data);
        return decoder.decode(frame);
      },
      end: () => decoder.end(),
    })),
  ],
  [
    'has a message for every failure whose body is JSON',
    /may never throw/,
    withProvider({ error: ({ body }) => ({ message: (body as { error: { message: string } }).error.message.trim() }) }),
  ],
  [
    'has a message for every failure whose body is text',
    /has no message/,
    withProvider({ error: ({ body }) => ({ message: typeof body === 'string' ? '' : 'no' }) }),
  ],
  [
    'has a message for every failure whose body is empty',
    /the status 0/,
    withProvider({ error: ({ body, status }) => ({ message: 'no', status: body === undefined ? 0 : Math.max(status, 400) }) }),
  ],
  [
    'knows what the failure means: a sentence',
    /message is "HTTP 500"/,
    withProvider({ error: ({ status }) => ({ message: `HTTP ${status}` }) }),
  ],
  ['reads the recorded listing of models', /has no model/, withProvider({ models: { path: '/models', read: () => [] } })],
  [
    'reads the recorded listing of models',
    /comes twice/,
    withProvider({ models: { path: '/models', read: () => [{ id: 'm' }, { id: 'm' }] } }),
  ],
  [
    'reads the recorded listing of models',
    /no words of the house/,
    withProvider({ models: { path: '/models', read: () => [{ id: 'm', capabilities: new Set(['poems']) }] } }),
  ],
  [
    'makes nothing worse than a ProxyError of a listing that is none',
    /threw TypeError/,
    withProvider({ models: { path: '/models', read: (body) => (body as { models: string[] }).models.map((id) => ({ id })) } }),
  ],
  [
    'native: has routes that can be matched, each of them once',
    /twice in the table/,
    withNative({ routes: [...native.routes, ...native.routes] }),
  ],
  [
    'native: has routes that can be matched, each of them once',
    /a \* that is not its last/,
    withNative({ routes: native.routes.map((route) => ({ ...route, path: `/v1/*${route.path}` })) }),
  ],
  [
    'native: has routes that can be matched, each of them once',
    /no route begins with the optional prefix/,
    withNative({ optionalPrefix: 'v2' }),
  ],
  [
    'native: has routes that can be matched, each of them once',
    /takes a JSON body by POST/,
    withNative({ routes: native.routes.map((route) => ({ ...route, methods: ['GET'] })) }),
  ],
  ['native: opens only groups that there are', /`open` names doors/, withNative({ open: ['doors'] })],
  ['native: tells errors in a body of its own dialect', /does not hold the message/, withNative({ errorBody: () => ({ error: 'no' }) })],
  [
    'native: tells errors inside a stream in one frame, which its own watcher reads as a failure',
    /gives [023] frames/,
    withNative({ errorFrame: (error) => `data: {"error":"${error.message}"}\n\n` }),
  ],
  [
    'native: tells errors inside a stream in one frame, which its own watcher reads as a failure',
    /does not take for a failure/,
    withNative({ errorFrame: (error) => `data: ${JSON.stringify({ problem: error.message })}\n\n` }),
  ],
  [
    'native: reads no usage from what holds none, and never throws over it',
    /what is not stated is absent/,
    withNative({ readUsage: () => ({ inputTokens: 0 }) }),
  ],
  [
    `${talk} commits to its output, ends, and says what it consumed`,
    /no frame commits/,
    withNative({ createWatcher: (operation) => ({ ...native.createWatcher(operation), see: () => ({}) }) }),
  ],
  [
    `${talk} commits to its output, ends, and says what it consumed`,
    /neither isDone/,
    withNative({ createWatcher: (operation) => ({ ...native.createWatcher(operation), isDone: () => false, isComplete: () => false }) }),
  ],
  [
    `${talk} is seen the same however it is cut into pieces`,
    /the watcher sees/,
    withNative({
      createWatcher(operation) {
        const watcher = native.createWatcher(operation);
        const count = countAnswers();
        return { ...watcher, see: (frame) => ({ ...watcher.see(frame), usage: { outputTokens: count } }) };
      },
    }),
  ],
  [
    `${talk} is not whole where it ends early`,
    /said to be whole/,
    withNative({ createWatcher: (operation) => ({ ...native.createWatcher(operation), isComplete: () => true }) }),
  ],
  [
    'native: talk (text): its answer is no failure, and says what it consumed',
    /read to have consumed/,
    withNative({ readUsage: () => undefined }),
  ],
  [
    'native: its watchers see nothing in a frame that is none',
    /makes \{"commits":true\}/,
    withNative({ createWatcher: (operation) => ({ ...native.createWatcher(operation), see: () => ({ commits: true }) }) }),
  ],
];
