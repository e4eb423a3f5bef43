// The caller goes away in every phase of a call, and the provider stops. STORM=1 repeats the table ten times.

import { answerHead, chunk, sendRaw, startScriptedUpstream } from '@ai-proxy/testing';
import type { ConnectionLedger, RawRequestOptions, Script, ScriptedUpstream } from '@ai-proxy/testing';
import type { Receipt } from '@ai-proxy/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { printTable } from './fixtures/print-table.ts';
import type { ProxyParameters } from './fixtures/proxy-messages.ts';
import { settlesDown } from './fixtures/settle-down.ts';
import { startProxy } from './fixtures/start-proxy.ts';
import type { RunningProxy } from './fixtures/start-proxy.ts';

const rounds = process.env['STORM'] === '1' ? 10 : 1;
const bindings = ['express', 'connect', 'node:http'] as const;
const never = 'a moment that never comes';

const event = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: 'a', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
const [role, content, finish, done] = [
  event({ role: 'assistant', content: '' }),
  event({ content: 'first' }),
  event({}, 'stop'),
  'data: [DONE]\n\n',
];
const streamHead = answerHead(200, { 'content-type': 'text/event-stream', 'transfer-encoding': 'chunked' });
const wholeHead = answerHead(200, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' });
const refusal = (headers: Record<string, string>): Script => [
  ['write', answerHead(503, { 'content-type': 'application/json', 'content-length': '2', ...headers }) + '{}'],
];

/** What the provider does, by the word that the name of the model begins with. What comes after the caller has gone stands behind a moment that never comes. */
const scripts: Readonly<Record<string, (stream: boolean) => Script>> = {
  silent: () => [
    ['waitFor', never],
    ['write', content],
  ],
  begun: (stream) => [
    ['write', stream ? streamHead : wholeHead],
    ['write', chunk(stream ? role : '{"id":"a",')],
    ['waitFor', never],
    ['write', chunk(content)],
  ],
  talking: () => [
    ['write', streamHead],
    ['write', chunk(role)],
    ['write', chunk(content)],
    ['waitFor', never],
    ['write', chunk(content)],
  ],
  refusing: () => refusal({ connection: 'close' }).concat([['end']]),
  giving: () => refusal({ 'retry-after': '3600' }),
  ended: () => [['write', streamHead], ...[role, content, finish, done].map((one) => ['write', chunk(one)] as const), ['write', chunk('')]],
  lingering: () => [
    ['write', streamHead],
    ...[role, content, finish, done].map((one) => ['write', chunk(one)] as const),
    ['waitFor', never],
  ],
};

const file: Script = [
  ['write', answerHead(200, { 'content-type': 'application/octet-stream', 'content-length': '1000000' })],
  ['write', 'x'.repeat(1000)],
  ['waitFor', never],
  ['write', 'x'.repeat(1000)],
];

/** One way to go away. */
interface Departure {
  readonly phase: string;
  readonly binding: (typeof bindings)[number];
  readonly route: 'translated' | 'native' | 'relay';
  readonly stream: boolean;
  readonly by: 'close' | 'reset';
  readonly round: number;
}

/** What became of it. */
interface Result extends Departure {
  readonly outcome: Receipt['outcome'] | undefined;
  /** Milliseconds until the provider had seen it; nothing where there was nobody who could see. */
  readonly seenAfter: number | undefined;
  readonly wrong: readonly string[];
}

/** A proxy and the providers behind it. */
interface House {
  readonly binding: Departure['binding'];
  readonly proxy: RunningProxy;
  readonly inference: ScriptedUpstream;
  readonly files: ScriptedUpstream;
  /** These take what comes and never answer: the second one not even the greeting of TLS, so that whoever calls it goes on connecting. */
  readonly uploads: ScriptedUpstream;
  readonly secure: ScriptedUpstream;
  /** Which connection brought what was asked for. */
  readonly reached: Map<string, number>;
}

let houses: readonly House[] = [];

beforeAll(async () => {
  houses = await Promise.all(bindings.map(startHouse));
}, 60_000);

afterAll(async () => {
  for (const { proxy, inference, files, uploads, secure } of houses) {
    await proxy.stop();
    for (const upstream of [inference, files, uploads, secure]) await upstream.close();
  }
});

async function startHouse(binding: Departure['binding']): Promise<House> {
  const reached = new Map<string, number>();
  const inference = await startScriptedUpstream((connection, request) => {
    const text = Buffer.from(request).toString();
    const model = /"model":"([^"]*)"/.exec(text)?.[1] ?? '';
    reached.set(model, connection);
    return scripts[model.split('-')[0] ?? '']?.(text.includes('"stream":true')) ?? [['end']];
  });
  const files = await startScriptedUpstream((connection, request) => {
    const path = Buffer.from(request).toString().split(' ')[1] ?? '';
    reached.set(path, connection);
    return path.includes('silent') ? [['waitFor', never], ...file] : file;
  });
  const uploads = await startScriptedUpstream([['hang']], { readFirst: false });
  const secure = await startScriptedUpstream([['hang']], { readFirst: false });

  const upstreams: ProxyParameters['upstreams'] = [
    { name: 'mistral', url: inference.url, apiKey: 'key' },
    { name: 'files', url: files.url, apiKey: 'key' },
    { name: 'uploads', url: uploads.url, apiKey: 'key' },
    { name: 'secure', url: secure.url.replace('http:', 'https:'), apiKey: 'key' },
  ];
  const aliases: Record<string, { fallback: [string, string] }> = {};
  for (const { model } of allDepartures().map((one) => ({ model: modelOf(one) }))) {
    if (model.startsWith('first-')) aliases[model] = { fallback: [`mistral/silent-${model}`, `mistral/silent-other-${model}`] };
    if (model.startsWith('second-')) aliases[model] = { fallback: [`mistral/giving-${model}`, `mistral/silent-${model}`] };
  }
  const options = {
    aliases,
    // Long enough for a caller to leave in it.
    retry: { attempts: 1, delay: 60_000, maxDelay: 60_000 },
    breaker: false,
    timeouts: { headers: 200, connect: 2_000 },
  } as const;
  return { binding, proxy: await startProxy({ binding, upstreams, options }), inference, files, uploads, secure, reached };
}

const phases: readonly (readonly [phase: string, script: string, kinds: readonly (readonly [Departure['route'], boolean])[]])[] = [
  [
    'while its body goes up',
    'uploading',
    [
      ['translated', true],
      ['translated', false],
      ['native', true],
      ['native', false],
      ['relay', false],
    ],
  ],
  [
    'while the proxy connects',
    'connecting',
    [
      ['translated', true],
      ['translated', false],
      ['native', true],
      ['native', false],
      ['relay', false],
    ],
  ],
  [
    'before the headers',
    'silent',
    [
      ['translated', true],
      ['translated', false],
      ['native', true],
      ['native', false],
      ['relay', false],
    ],
  ],
  [
    'after headers that went early',
    'silent',
    [
      ['translated', true],
      ['native', true],
    ],
  ],
  [
    'before the first content',
    'begun',
    [
      ['translated', true],
      ['translated', false],
      ['native', true],
      ['native', false],
    ],
  ],
  [
    'in the middle',
    'talking',
    [
      ['translated', true],
      ['native', true],
      ['relay', false],
    ],
  ],
  [
    "in a retry's pause",
    'refusing',
    [
      ['translated', true],
      ['translated', false],
      ['native', true],
      ['native', false],
    ],
  ],
  [
    "in a fallback's first attempt",
    'first',
    [
      ['translated', true],
      ['translated', false],
    ],
  ],
  [
    "in a fallback's second attempt",
    'second',
    [
      ['translated', true],
      ['translated', false],
    ],
  ],
];

function allDepartures(): Departure[] {
  return phases.flatMap(([phase, , kinds]) =>
    bindings.flatMap((binding) =>
      kinds.flatMap(([route, stream]) =>
        (['close', 'reset'] as const).flatMap((by) =>
          Array.from({ length: rounds }, (_, round) => ({ phase, binding, route, stream, by, round })),
        ),
      ),
    ),
  );
}

/** The name of a departure's model, by which provider and receipts know it. */
function modelOf({ phase, binding, route, stream, by, round }: Departure): string {
  const index = phases.findIndex(([name]) => name === phase);
  return [phases[index]?.[1], index, binding.replace(':', '.'), route, stream, by, round].join('-');
}

/** Until the provider has this request, and has written what it writes before it waits. */
async function until({ reached }: House, upstream: ScriptedUpstream, key: string, bytes = 0): Promise<void> {
  await settlesDown(() => {
    const connection = reached.get(key);
    return connection !== undefined && (upstream.ledger(connection)?.bytesBeforeClose ?? 0) >= bytes;
  });
}

/** The head of a request and half of its body, to be followed by nothing. The proxy has the head once it has asked for the body. */
function halfOf(request: RawRequestOptions, path: string, body: string): RawRequestOptions {
  const head = `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nexpect: 100-continue\r\ncontent-length: ${body.length}\r\n\r\n`;
  const { promise, resolve } = Promise.withResolvers<void>();
  return { ...request, method: 'POST', raw: head + body.slice(0, body.length / 2), onBytes: () => resolve(), leave: promise };
}

/** Goes away as told; the result is there once the call is accounted for, and what became of the provider a while later. */
async function leave(departure: Departure, house: House): Promise<{ readonly result: Promise<Result> }> {
  const { proxy, inference, files, uploads, secure, reached } = house;
  const { phase, route, stream } = departure;
  const before = proxy.receipts.length;
  const request = { port: proxy.port, leaveBy: departure.by };
  const name = modelOf(departure);
  let upstream = route === 'relay' ? files : inference;
  let connection: number | undefined;
  let key: string;
  let leftAt: number | undefined;
  const after = async (moment: Promise<unknown>): Promise<void> => {
    await moment;
    leftAt = performance.now();
  };
  /** The next connection, whoever asks for it. */
  const opened = (at: ScriptedUpstream): Promise<void> => {
    upstream = at;
    const index = at.connections;
    connection = index;
    return after(settlesDown(() => at.connections > index));
  };

  if (route === 'relay') {
    key = `/v1/files/${name}/content`;
    if (phase === 'while its body goes up') {
      const head =
        'POST /ai/uploads/v1/files HTTP/1.1\r\nhost: x\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: 1000\r\n\r\n';
      await sendRaw({ ...request, raw: `${head}${'x'.repeat(500)}`, leave: opened(uploads) });
    } else if (phase === 'while the proxy connects') {
      await sendRaw({ ...request, path: `/ai/secure${key}`, leave: opened(secure) });
    } else if (phase === 'before the headers') {
      await sendRaw({ ...request, path: `/ai/files${key}`, leave: after(until(house, files, key)) });
    } else {
      await sendRaw({ ...request, path: `/ai/files${key}`, leave: { bodyBytes: 1 } });
      leftAt = performance.now();
    }
  } else {
    const isAlias = /^(?:first|second)-/.test(name);
    const provider = phase === 'while the proxy connects' ? 'secure' : 'mistral';
    key = isAlias ? `silent-${name}` : name;
    const body = JSON.stringify({
      model: route === 'native' || isAlias ? name : `${provider}/${name}`,
      messages: [{ role: 'user', content: 'Hello' }],
      ...(stream ? { stream } : {}),
    });
    const path = route === 'translated' ? '/ai/v1/chat/completions' : `/ai/${provider}/v1/chat/completions`;
    const whole = { ...request, path, headers: { 'content-type': 'application/json' }, body };
    if (phase === 'while its body goes up') {
      await sendRaw(halfOf(request, path, body));
    } else if (phase === 'while the proxy connects') {
      await sendRaw({ ...whole, leave: opened(secure) });
    } else if (phase === 'after headers that went early' || phase === 'in the middle') {
      await sendRaw({ ...whole, leave: phase === 'in the middle' ? { bodyBytes: 1 } : 'headers' });
      leftAt = performance.now();
    } else if (phase === "in a retry's pause") {
      // The refusal says that its connection ends: when the proxy has closed it, it has read all there is.
      await sendRaw({ ...whole, leave: after(until(house, inference, key).then(() => inference.closed(reached.get(key) ?? -1))) });
    } else {
      await sendRaw({ ...whole, leave: after(until(house, inference, key, phase === 'before the first content' ? 1 : 0)) });
    }
  }

  await settlesDown(() => proxy.receipts.length > before);
  const receipt = proxy.receipts[before];
  return { result: judge(departure, house, receipt, upstream, connection ?? reached.get(key), leftAt) };
}

async function judge(
  departure: Departure,
  { inference }: House,
  receipt: Receipt | undefined,
  upstream: ScriptedUpstream,
  connection: number | undefined,
  leftAt: number | undefined,
): Promise<Result> {
  const { phase, route } = departure;
  const wrong: string[] = receipt?.outcome === 'caller_left' ? [] : ['not settled as caller_left'];
  const isAsked = phase !== 'while its body goes up' || route === 'relay';
  if (isAsked) {
    const ledger = (): ConnectionLedger | undefined => upstream.ledger(connection ?? -1);
    if (!(await settlesDown(() => ledger()?.closedBy !== undefined))) wrong.push('not cancelled');
    if ((ledger()?.writesAfterClose ?? 0) > 0) wrong.push('events after the close');
  }
  const seenAfter = leftAt === undefined || !isAsked ? undefined : performance.now() - leftAt;
  const times = inference.requests.filter(({ body }) => Buffer.from(body).includes(`${modelOf(departure)}"`)).length;
  const isInference = route !== 'relay' && phase !== 'while its body goes up' && phase !== 'while the proxy connects';
  if (times !== (isInference ? (phase === "in a fallback's second attempt" ? 2 : 1) : 0)) wrong.push('asked again');
  return { ...departure, outcome: receipt?.outcome, seenAfter, wrong };
}

/** Its last answer was whole, and the connection waits for the next request. */
const isIdle = (ledger: ConnectionLedger | undefined): boolean =>
  ledger !== undefined && Buffer.from(ledger.bytes).toString().endsWith('{}');

const wrongs = ['not cancelled', 'events after the close', 'asked again', 'not settled as caller_left'];

describe('a caller who goes away', () => {
  it('stops the provider in every phase, and is accounted for', { timeout: 600_000 }, async () => {
    const results = (
      await Promise.all(
        houses.map(async (house) => {
          const own: Promise<Result>[] = [];
          for (const departure of allDepartures().filter(({ binding }) => binding === house.binding)) {
            const { result } = await leave(departure, house);
            own.push(result);
            // An attempt to connect belongs to the pool and ends by its own clock; they are waited for together.
            if (departure.phase !== 'while the proxy connects') await result;
          }
          return Promise.all(own);
        }),
      )
    ).flat();
    const leftOpen = houses.flatMap(({ inference, files, uploads, secure }) =>
      [files, uploads, secure, inference].flatMap((upstream) =>
        Array.from({ length: upstream.connections }, (_, index) => upstream.ledger(index)).filter(
          (ledger) => ledger?.closedBy === undefined && !isIdle(ledger),
        ),
      ),
    );

    printTable(
      `A caller who goes away, by close and by reset, on ${bindings.join(', ')} (${results.length} departures)`,
      phases.map(([phase]) => {
        const own = results.filter((one) => one.phase === phase);
        const times = own.flatMap(({ seenAfter }) => seenAfter ?? []);
        return {
          phase,
          translated: own.filter(({ route }) => route === 'translated').length,
          native: own.filter(({ route }) => route === 'native').length,
          relayed: own.filter(({ route }) => route === 'relay').length,
          ...Object.fromEntries(wrongs.map((name) => [name, own.filter(({ wrong }) => wrong.includes(name)).length])),
          'provider saw it after at most': times.length === 0 ? 'was not asked' : `${Math.ceil(Math.max(...times))} ms`,
        };
      }),
    );
    expect(results.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
    expect(leftOpen).toEqual([]);
    expect(houses.flatMap(({ proxy }) => [...proxy.troubles, ...(proxy.isAlive ? [] : ['died'])])).toEqual([]);
  });

  it('after the end has been told is accounted for as a success, however long the provider lingers', { timeout: 60_000 }, async () => {
    const kinds = (['ended', 'lingering'] as const).flatMap((script) =>
      (['translated', 'native'] as const).flatMap((route) => houses.map((house) => ({ script, route, house }))),
    );
    const outcomes = await Promise.all(
      kinds.map(async ({ script, route, house: { binding, proxy, inference, reached } }) => {
        const model = `${script}-${route}-${binding.replace(':', '.')}`;
        const { promise, resolve } = Promise.withResolvers<void>();
        let text = '';
        const seen = await sendRaw({
          port: proxy.port,
          path: route === 'translated' ? '/ai/v1/chat/completions' : '/ai/mistral/v1/chat/completions',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            model: route === 'translated' ? `mistral/${model}` : model,
            stream: true,
            messages: [{ role: 'user', content: 'Hello' }],
          }),
          leave: promise,
          onBytes: (bytes) => {
            text += Buffer.from(bytes).toString();
            if (text.includes('data: [DONE]\n\n')) resolve();
          },
        });
        const receipt = await proxy.receipt(({ modelAsked }) => modelAsked?.endsWith(model) === true);
        const isClosed =
          script === 'ended' || (await settlesDown(() => inference.ledger(reached.get(model) ?? -1)?.closedBy !== undefined));
        return { script, route, binding, status: seen.status, outcome: receipt.outcome, isClosed };
      }),
    );
    printTable(
      'A caller who goes away once it has read [DONE]',
      (['ended', 'lingering'] as const).map((script) => {
        const own = outcomes.filter((one) => one.script === script);
        return {
          provider: script === 'ended' ? 'ends too' : 'stays open',
          departures: own.length,
          'not settled as ok': own.filter(({ outcome }) => outcome !== 'ok').length,
          'left open': own.filter(({ isClosed }) => !isClosed).length,
        };
      }),
    );
    expect(outcomes).toEqual(
      kinds.map(({ script, route, house: { binding } }) => ({ script, route, binding, status: 200, outcome: 'ok', isClosed: true })),
    );
  });
});
