// Nothing that one side of the proxy writes becomes a message of its own on the other side. STORM=1 makes the rounds ten times as many.

import { mistral } from '@ai-proxy/mistral';
import { answerHead, sendRaw, startScriptedUpstream } from '@ai-proxy/testing';
import type { RawVerdict, Script, ScriptedUpstream } from '@ai-proxy/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { atMost } from './fixtures/at-most.ts';
import { corpora, readCorpus, withoutCorpora } from './fixtures/corpora.ts';
import { printTable } from './fixtures/print-table.ts';
import { settlesDown } from './fixtures/settle-down.ts';
import { startProxy } from './fixtures/start-proxy.ts';
import type { RunningProxy } from './fixtures/start-proxy.ts';

const storm = process.env['STORM'] === '1' ? 10 : 1;
const json = { 'content-type': 'application/json' };

let upstream: ScriptedUpstream;
let proxy: RunningProxy;
let scriptOf: (request: string) => Script = echo;

beforeAll(async () => {
  upstream = await startScriptedUpstream((_, request) => scriptOf(Buffer.from(request).toString('latin1')));
  proxy = await startProxy({
    binding: 'express',
    upstreams: [{ name: 'mistral', url: upstream.url, apiKey: 'own-credential' }],
    options: { retry: false, breaker: false, timeouts: { firstByte: 20_000, idle: 20_000 } },
  });
}, 60_000);

afterAll(async () => {
  await proxy.stop();
  await upstream.close();
});

/** Answers with the word that the request calls `id`, so that everybody can tell his answer from others. */
function echo(request: string): Script {
  const id = /id=(\w+)/.exec(request)?.[1] ?? '';
  return answer(id, {});
}

function answer(id: string, headers: Record<string, string>): Script {
  const body = JSON.stringify({
    id,
    object: 'chat.completion',
    created: 1,
    model: id,
    choices: [{ index: 0, message: { role: 'assistant', content: id }, finish_reason: 'stop' }],
  });
  return [['write', answerHead(200, { ...json, ...headers, 'content-length': String(body.length) }) + body]];
}

const routes = ['translated', 'native', 'relay'] as const;
type Route = (typeof routes)[number];

/** A harmless request; its id comes back in the answer to it and in no other. */
function ask(route: Route, id: string, more: Parameters<typeof sendRaw>[0] | object = {}): Promise<RawVerdict> {
  const call = { port: proxy.port, timeoutMs: 30_000 };
  if (route === 'relay') return sendRaw({ ...call, path: `/ai/mistral/v1/files/x/content?id=${id}`, ...more });
  return sendRaw({
    ...call,
    path: route === 'translated' ? '/ai/v1/chat/completions' : '/ai/mistral/v1/chat/completions',
    headers: json,
    body: JSON.stringify({ model: route === 'translated' ? 'mistral/m' : 'm', messages: [{ role: 'user', content: `id=${id}` }] }),
    ...more,
  });
}

const isOwn = (seen: RawVerdict, id: string): boolean => seen.status === 200 && seen.text.includes(`"${id}"`);

/** Every request line that went up since. */
const startsSince = (index: number): string[] => upstream.requests.slice(index).map(({ start }) => start);

describe.skipIf(corpora === undefined)(`mutations of Transfer-Encoding${corpora === undefined ? ` (${withoutCorpora})` : ''}`, () => {
  it('never let the provider see another request than the proxy has seen', { timeout: 600_000 }, async () => {
    const mutations = Object.entries(JSON.parse(readCorpus('smuggling', 'te-mutations.json')) as Record<string, string>);
    const hidden = 'GET /v1/models?smuggled HTTP/1.1\r\nHost: x\r\n\r\n';
    const endpoints = [
      ['relay', '/ai/mistral/v1/files', 'multipart/form-data; boundary=b'],
      // Here nothing goes up that is no JSON.
      ...(storm > 1 ? [['native', '/ai/mistral/v1/chat/completions', 'application/json'] as const] : []),
    ] as const;
    const probes = endpoints.flatMap(([route, endpoint, type]) =>
      mutations.flatMap(([name, template]) => {
        const fill = (body: string, length: number): Buffer =>
          Buffer.from(
            template
              .replace('__METHOD__', 'POST')
              .replace('__ENDPOINT__', endpoint)
              .replace('__RANDOM__', 'probe')
              .replace('__HOST__', 'localhost')
              .replace('__REPLACE_CL__', String(length))
              .replace(/^content-type:.*$/im, `Content-type: ${type}`) + `\r\n${body}`,
            'latin1',
          );
        // One body ends early for who reads chunks, the other for who counts.
        const byLength = `0\r\n\r\n${hidden}`;
        const byChunks = `${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`;
        return [
          { name, route, raw: fill(byLength, byLength.length), bodies: [byLength, ''] },
          { name, route, raw: fill(byChunks, byChunks.indexOf('\n') + 1), bodies: [byChunks.slice(0, byChunks.indexOf('\n') + 1), hidden] },
        ];
      }),
    );
    const before = upstream.requests.length;
    const receiptsBefore = proxy.receipts.length;
    const seen = await atMost(12, probes, async (probe, index) => {
      const verdict = await sendRaw({ port: proxy.port, raw: probe.raw, method: 'POST', timeoutMs: 10_000 });
      const control = index % 10 === 0 ? await ask(routes[(index / 10) % 3] ?? 'relay', `control${index}`) : undefined;
      return { ...probe, verdict, isStrange: control !== undefined && !isOwn(control, `control${index}`) };
    });
    await settlesDown(() => proxy.receipts.length - receiptsBefore >= upstream.requests.length - before);
    const up = upstream.requests
      .slice(before)
      .filter(({ start }) => !start.includes('id=control') && !start.startsWith('POST /v1/chat/completions HTTP'));
    const allowed = new Set(probes.flatMap(({ bodies }) => bodies));
    const desyncs = up.filter(
      ({ start, body }) => start !== 'POST /v1/files?cb=probe HTTP/1.1' || !allowed.has(Buffer.from(body).toString('latin1')),
    );
    const framedTwice = up.filter(
      ({ headers }) => headers.filter(([name]) => /^(?:content-length|transfer-encoding)$/i.test(name)).length !== 1,
    );
    printTable(`Mutations of Transfer-Encoding (${mutations.length} mutations, ${probes.length} requests)`, [
      {
        refused: seen.filter(({ verdict }) => verdict.status >= 400).length,
        'cut or unanswered': seen.filter(({ verdict }) => verdict.status === 0).length,
        'gone up': up.length,
        desync: desyncs.length,
        'framed in two ways': framedTwice.length,
        "control answers that were another's": seen.filter(({ isStrange }) => isStrange).length,
        hung: seen.filter(({ verdict }) => verdict.ending === 'hung').length,
      },
    ]);
    expect(desyncs.map(({ start, body }) => [start, Buffer.from(body).toString('latin1')])).toEqual([]);
    expect(framedTwice).toEqual([]);
    expect(startsSince(before).filter((start) => start.includes('smuggled'))).toEqual([]);
    expect(seen.filter(({ isStrange, verdict }) => isStrange || verdict.ending === 'hung').map(({ name }) => name)).toEqual([]);
  });
});

describe.skipIf(corpora === undefined)(`paths that lead out of the mount${corpora === undefined ? ` (${withoutCorpora})` : ''}`, () => {
  const table = mistral({ apiKey: 'key' }).native?.routes ?? [];
  const patterns = table
    .filter(({ closed }) => closed === undefined)
    .map(({ methods, path }) => ({ methods, path: new RegExp(`^${path.replace(/:[a-z]+/g, '[^/]+')}$`) }));

  /** Whether a request line is one that the table lets up, however its reader decodes it. */
  const isInside = (start: string): boolean => {
    const [method = '', target = ''] = start.split(' ');
    const path = target.split('?')[0] ?? '';
    const read = [path, new URL(`http://x${path}`).pathname, decode(path), decode(decode(path))];
    return read.every((one) => patterns.some((pattern) => pattern.methods.includes(method) && pattern.path.test(one)));
  };

  const decode = (text: string): string => {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  };

  it('reach nothing outside of the routes', { timeout: 600_000 }, async () => {
    const files = [
      'deep_traversal.txt',
      'directory_traversal.txt',
      'traversals-8-deep-exotic-encoding.txt',
      'open-redirect.txt',
      'crlf-injection.txt',
    ];
    const lines = files.flatMap((file) =>
      readCorpus('traversal', file)
        .split('\n')
        .filter((line) => line !== ''),
    );
    const targets = lines.flatMap((line) => {
      const path = line.replaceAll('{FILE}', 'v1/admin/users');
      const rooted = path.startsWith('/') ? path : `/${path}`;
      return [`/ai/mistral${rooted}`, `/ai/mistral/v1/files${rooted}`, ...(storm > 1 ? [`/ai${rooted}`] : [])];
    });
    const before = upstream.requests.length;
    const seen = await atMost(12, targets, async (target) => {
      const verdict = await sendRaw({
        port: proxy.port,
        raw: Buffer.from(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`),
        timeoutMs: 10_000,
      });
      return { target, verdict };
    });
    const up = upstream.requests.slice(before);
    const outside = up.filter(({ start }) => !isInside(start));
    const injected = [
      ...up.filter(({ headers }) => headers.some(([, value]) => value.includes('crlf=injection'))),
      ...seen.filter(({ verdict }) =>
        verdict.rawHeaders.some(([name, value]) => name.toLowerCase() === 'set-cookie' || value.includes('crlf=injection')),
      ),
    ];
    printTable(`Paths that lead out of the mount (${lines.length} lines, ${targets.length} requests)`, [
      {
        refused: seen.filter(({ verdict }) => verdict.status >= 400).length,
        'gone up inside of the routes': up.length - outside.length,
        'gone up outside of them': outside.length,
        'headers injected': injected.length,
        'led elsewhere': seen.filter(({ verdict }) => verdict.status >= 300 && verdict.status < 400).length,
        hung: seen.filter(({ verdict }) => verdict.ending === 'hung').length,
      },
    ]);
    expect(outside.map(({ start }) => start)).toEqual([]);
    expect(injected).toEqual([]);
    expect(
      seen
        .filter(({ verdict }) => verdict.ending === 'hung' || (verdict.status >= 300 && verdict.status < 400))
        .map(({ target }) => target),
    ).toEqual([]);
  });
});

describe('headers of one connection', () => {
  const own = [
    'connection',
    'keep-alive',
    'proxy-authenticate',
    'proxy-authentication-info',
    'proxy-connection',
    'proxy-features',
    'te',
    'trailer',
    'http2-settings',
  ];
  const ofCallers = [
    ...own,
    'proxy-authorization',
    'via',
    'forwarded',
    'x-forwarded-for',
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-forwarded-prefix',
    'x-real-ip',
    'true-client-ip',
    'cf-connecting-ip',
    'x-cluster-client-ip',
    'cookie',
    'cookie2',
    'origin',
    'referer',
    'sec-fetch-site',
    'sec-websocket-key',
    'x-http-method-override',
    'x-original-url',
    'x-rewrite-url',
    'x-middleware-subrequest',
    'x-private',
    'baggage',
    'authorization',
    'x-api-key',
    'api-key',
    'x-ai-proxy-key',
    'x-portkey-config',
    'cf-aig-authorization',
    'date',
    'max-forwards',
    'dnt',
  ];
  const ofProviders = [
    ...own,
    'via',
    'server',
    'set-cookie',
    'set-cookie2',
    'strict-transport-security',
    'alt-svc',
    'clear-site-data',
    'nel',
    'report-to',
    'reporting-endpoints',
    'public-key-pins',
    'expect-ct',
    'www-authenticate',
    'authentication-info',
    'access-control-allow-origin',
    'access-control-allow-credentials',
    'access-control-expose-headers',
    'x-accel-redirect',
    'x-accel-buffering',
    'x-sendfile',
    'x-lighttpd-send-file',
    'x-reproxy-url',
    'x-middleware-rewrite',
    'x-powered-by',
    'x-ai-proxy-model',
    'x-ai-proxy-id',
    'x-ai-proxy-error-source',
    'service-worker-allowed',
    'origin-agent-cluster',
    'x-private',
    'x_accel_redirect',
    'accept-ch',
  ];
  const canary = 'hop-canary';

  it('pass in neither direction, and cannot take our own away', async () => {
    const spelled = (names: readonly string[]): (readonly [string, string])[] =>
      names.map(
        (name) =>
          [
            name,
            name === 'connection' ? `${canary}, x-private, authorization, content-type` : name === 'te' ? `trailers, ${canary}` : canary,
          ] as const,
      );
    scriptOf = (request) => {
      if (!request.includes('id=down')) return echo(request);
      const body = JSON.stringify({
        id: 'down',
        object: 'chat.completion',
        created: 1,
        model: 'm',
        choices: [{ index: 0, message: { role: 'assistant', content: 'down' }, finish_reason: 'stop' }],
      });
      const lines = spelled(ofProviders).map(([name, value]) => `${name}: ${value}\r\n`);
      return [
        [
          'write',
          `HTTP/1.1 200 OK\r\n${lines.join('')}x-fine: yes\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
        ],
      ];
    };
    const before = upstream.requests.length;
    const rows = await atMost(1, routes, async (route) => {
      const more = route === 'relay' ? spelled(ofCallers) : [...spelled(ofCallers), ['content-type', 'application/json'] as const];
      const asked = await ask(route, 'up', { headers: more });
      const request = upstream.requests.at(-1);
      const told = await ask(route, 'down');
      const wentUp = request?.headers.filter(([, value]) => value.includes(canary)) ?? [];
      const cameDown = told.rawHeaders.filter(([name, value]) => value.includes(canary) || name.toLowerCase() === 'x-private');
      const hasOwn =
        request?.headers.filter(([name, value]) => name.toLowerCase() === 'authorization' && value === 'Bearer own-credential').length ===
        1;
      return { route, asked: asked.status, told: told.status, wentUp, cameDown, hasOwn };
    });
    scriptOf = echo;
    printTable(
      `Headers of one connection (${ofCallers.length} of callers, ${ofProviders.length} of providers)`,
      rows.map(({ route, wentUp, cameDown, hasOwn }) => ({
        route,
        'went up': wentUp.length,
        'came down': cameDown.length,
        'own credential taken away': hasOwn ? 0 : 1,
      })),
    );
    expect(rows).toEqual(routes.map((route) => ({ route, asked: 200, told: 200, wentUp: [], cameDown: [], hasOwn: true })));
    expect(upstream.requests.length - before).toBe(2 * routes.length);
  });

  it.each(routes)('of expectation are answered here and go no further (%s)', async (route) => {
    const typed = route === 'relay' ? {} : json;
    const continued = await ask(route, 'continued', { headers: { ...typed, expect: '100-continue' } });
    const others = await ask(route, 'others', { headers: { ...typed, expect: 'the impossible' } });
    expect([continued.status, others.status]).toEqual([200, 417]);
    expect(upstream.requests.flatMap(({ headers }) => headers.filter(([name]) => name.toLowerCase() === 'expect'))).toEqual([]);
  });
});

describe('a header that holds another', () => {
  it.each([
    'm\r\nx-injected: 1',
    'm\nx-injected: 1',
    'm\rx-injected: 1',
    'm\u0000',
    'm\u2028x-injected: 1',
    'é\u{1f600}',
    'm\u010a\u010dx-injected: 1',
  ])('is one value when a caller names a model %j', async (model) => {
    const seen = await Promise.all(
      [
        { path: '/ai/v1/chat/completions', model: `mistral/${model}` },
        { path: '/ai/mistral/v1/chat/completions', model },
      ].map((one) =>
        sendRaw({
          port: proxy.port,
          path: one.path,
          headers: json,
          body: JSON.stringify({ model: one.model, messages: [{ role: 'user', content: 'id=split' }] }),
        }),
      ),
    );
    expect(seen.map(({ status, ending }) => [status, ending])).toEqual([
      [200, 'complete'],
      [200, 'complete'],
    ]);
    expect(
      seen.flatMap(({ rawHeaders }) => rawHeaders.filter(([name, value]) => /injected/i.test(name) || /[^\x20-\x7e]/.test(value))),
    ).toEqual([]);
  });

  it.each(['a\rx-injected: 1', 'a\nx-injected: 1', 'a\r\n x-injected: 1', 'a\u0000b', 'a\u0085x-injected: 1', 'a\u000bb'])(
    'comes down as one value or not at all where a provider sends %j',
    async (value) => {
      scriptOf = (request) => [
        ['write', answerHead(200, { 'x-echo': value, ...json, 'content-length': '2' }) + '{}'],
        ...echo(request).slice(1),
      ];
      const seen = await Promise.all(routes.map((route) => ask(route, 'split')));
      scriptOf = echo;
      expect(seen.flatMap(({ rawHeaders }) => rawHeaders.filter(([name]) => /injected/i.test(name)))).toEqual([]);
      expect(seen.every(({ ending, status }) => ending === 'complete' && (status === 200 || status === 502))).toBe(true);
    },
  );
});

describe('answers that nobody asked for', () => {
  const poison = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 24\r\n\r\n{"id":"poison","a":"..."}';

  it('never reach another request', { timeout: 600_000 }, async () => {
    const rounds = 50 * storm;
    const rows = [];
    for (const route of routes) {
      for (const when of ['with the answer', 'right behind it', 'while the connection rests'] as const) {
        scriptOf = (request) => {
          const own = echo(request);
          if (when === 'with the answer')
            return [['write', Buffer.concat(own.flatMap(([, bytes]) => Buffer.from(bytes as string)).concat(Buffer.from(poison)))]];
          return when === 'right behind it' ? [...own, ['extra', poison]] : [...own, ['sleep', 1], ['extra', poison]];
        };
        const seen: { readonly id: string; readonly verdict: RawVerdict }[] = [];
        for (let round = 0; round < rounds; round += 1) {
          const id = `${route}${when.length}x${round}`;
          const verdict = await ask(route, id);
          seen.push({ id, verdict });
          // What comes after the next request has been sent is its answer, for all that anybody can tell.
          const connection = upstream.requests.at(-1)?.connection ?? -1;
          if (when === 'while the connection rests')
            await settlesDown(
              () => (upstream.ledger(connection)?.extra.length ?? 0) > 0 || upstream.ledger(connection)?.closedBy !== undefined,
            );
        }
        const answered = seen.filter(({ verdict }) => verdict.status === 200 && verdict.ending === 'complete');
        rows.push({
          route,
          'a second answer': when,
          rounds,
          'right answers': answered.filter(({ id, verdict }) => isOwn(verdict, id)).length,
          refused: rounds - answered.length,
          "another's answers": seen.filter(
            ({ id, verdict }) =>
              verdict.text.includes('poison') || (verdict.status === 200 && verdict.ending === 'complete' && !isOwn(verdict, id)),
          ).length,
        });
      }
    }
    scriptOf = echo;
    printTable('Answers that nobody asked for', rows);
    expect(rows.filter((row) => row["another's answers"] > 0)).toEqual([]);
    expect(proxy.troubles).toEqual([]);
  });
});

describe('callers who leave at random', () => {
  it('never shift the answers of those who stay', { timeout: 600_000 }, async () => {
    const seed = Date.now() % 2 ** 31;
    const random = seeded(seed);
    const calls = Array.from({ length: 1000 * storm }, (_, index) => ({
      id: `call${index}`,
      route: routes[Math.floor(random() * 3)] ?? 'relay',
      leaves: random() < 0.5,
      after: random() * 8,
      delay: Math.floor(random() * 6),
      by: random() < 0.5 ? ('reset' as const) : ('close' as const),
    }));
    scriptOf = (request) => {
      const id = /id=(\w+)/.exec(request)?.[1] ?? '';
      const [head, body] = Buffer.from(echo(request)[0]?.[1] as string)
        .toString()
        .split(/(?<=\r\n\r\n)/);
      const wait = calls.find((call) => call.id === id)?.delay ?? 0;
      return [
        ['sleep', wait],
        ['write', head ?? ''],
        ['sleep', wait],
        ['write', body ?? ''],
      ];
    };
    const seen = await atMost(24, calls, async ({ id, route, leaves, after, by }) => {
      const leave = new Promise((resolve) => setTimeout(resolve, after));
      return { id, verdict: await ask(route, id, leaves ? { leave, leaveBy: by } : {}) };
    });
    scriptOf = echo;
    const mismatched = seen.filter(({ id, verdict }) => (verdict.ending === 'complete' && !isOwn(verdict, id)) || foreignId(verdict, id));
    printTable(`Callers who leave at random (seed ${seed})`, [
      {
        calls: seen.length,
        left: seen.filter(({ verdict }) => verdict.ending === 'left').length,
        'answered with their own': seen.filter(({ id, verdict }) => verdict.ending === 'complete' && isOwn(verdict, id)).length,
        mismatched: mismatched.length,
        'connections to the provider': upstream.connections,
      },
    ]);
    expect(mismatched.map(({ id, verdict }) => [seed, id, verdict.status, verdict.text])).toEqual([]);
    expect([proxy.troubles, proxy.isAlive]).toEqual([[], true]);
  });
});

function foreignId(verdict: RawVerdict, id: string): boolean {
  const found = /"id":"(call\d+)"/.exec(verdict.text)?.[1];
  return found !== undefined && found !== id;
}

/** The same numbers for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
