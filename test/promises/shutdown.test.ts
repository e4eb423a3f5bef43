// A server that goes: what is under way ends well inside of the grace, and in an error event after it. STORM=1 asks ten times as much.

import { answerHead, chunk, sendRaw, startScriptedUpstream } from '@ai-proxy/testing';
import type { RawVerdict, Script, ScriptedUpstream } from '@ai-proxy/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isMistralError, isOpenaiError, parse, readEvents } from './fixtures/judge.ts';
import { openConnection } from './fixtures/open-connection.ts';
import { printTable } from './fixtures/print-table.ts';
import { settlesDown } from './fixtures/settle-down.ts';
import { startProxy } from './fixtures/start-proxy.ts';
import type { RunningProxy } from './fixtures/start-proxy.ts';

const each = process.env['STORM'] === '1' ? 80 : 8;
const kinds = ['translated, stream', 'native, stream', 'translated, whole', 'native, whole', 'download', 'download that waits'] as const;
type Kind = (typeof kinds)[number];

const event = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: 'a', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
const whole = JSON.stringify({
  id: 'a',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'begun, ended' }, finish_reason: 'stop' }],
});
const file = 'x'.repeat(100);

/** The first half at once, the second when the test says so. */
function scriptOf(request: string): Script {
  const half = (head: Record<string, string>, first: string, second: string): Script => [
    ['write', answerHead(200, { ...head, 'content-length': String(first.length + second.length) }) + first],
    ['waitFor', 'go on'],
    ['write', second],
  ];
  if (request.startsWith('GET /v1/files/late'))
    return [['waitFor', 'go on'], ...half({ 'content-type': 'application/octet-stream' }, file, '')];
  if (request.startsWith('GET')) return half({ 'content-type': 'application/octet-stream' }, file.slice(0, 50), file.slice(50));
  if (!request.includes('"stream":true')) return half({ 'content-type': 'application/json' }, whole.slice(0, 50), whole.slice(50));
  return [
    ['write', answerHead(200, { 'content-type': 'text/event-stream', 'transfer-encoding': 'chunked' })],
    ['write', chunk(event({ role: 'assistant', content: 'begun, ' }))],
    ['waitFor', 'go on'],
    ['write', chunk(event({ content: 'ended' }, 'stop'))],
    ['write', chunk('data: [DONE]\n\n')],
    ['write', chunk('')],
  ];
}

async function start(): Promise<{ readonly upstream: ScriptedUpstream; readonly proxy: RunningProxy }> {
  const upstream = await startScriptedUpstream((_, request) => scriptOf(Buffer.from(request).toString()));
  const proxy = await startProxy({ binding: 'express', upstreams: [{ name: 'mistral', url: upstream.url, apiKey: 'key' }] });
  onTestFinished(async () => {
    await proxy.stop();
    await upstream.close();
  });
  return { upstream, proxy };
}

function ask(kind: Kind, { port }: RunningProxy): Promise<RawVerdict> {
  const call = { port, timeoutMs: 60_000 };
  if (kind.startsWith('download'))
    return sendRaw({ ...call, path: `/ai/mistral/v1/files/${kind === 'download' ? 'begun' : 'late'}/content` });
  const [route, form] = kind.split(', ');
  return sendRaw({
    ...call,
    path: route === 'translated' ? '/ai/v1/chat/completions' : '/ai/mistral/v1/chat/completions',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: route === 'translated' ? 'mistral/m' : 'm',
      messages: [{ role: 'user', content: 'Hello' }],
      ...(form === 'stream' ? { stream: true } : {}),
    }),
  });
}

/** Many calls of every kind; but for those that wait, each has got half of its answer from the provider. */
async function underLoad({
  upstream,
  proxy,
}: Awaited<ReturnType<typeof start>>): Promise<readonly { readonly kind: Kind; readonly answer: Promise<RawVerdict> }[]> {
  const calls = Array.from({ length: each }, () => kinds.map((kind) => ({ kind, answer: ask(kind, proxy) }))).flat();
  await settlesDown(() => {
    const ledgers = Array.from({ length: upstream.connections }, (_, index) => upstream.ledger(index));
    const begun = ledgers.filter((ledger) => (ledger?.bytesBeforeClose ?? 0) > 0).length;
    return upstream.requests.length === calls.length && begun === calls.filter(({ kind }) => kind !== 'download that waits').length;
  });
  return calls;
}

function isWhole(kind: Kind, { status, ending, text }: RawVerdict): boolean {
  if (status !== 200 || ending !== 'complete') return false;
  if (kind.startsWith('download')) return text === file;
  return kind.endsWith('stream') ? text.endsWith('data: [DONE]\n\n') && text.includes('ended') : text.includes('begun, ended');
}

/** Told in the dialect of the route that the server is going, and cut where the answer had begun. */
function isToldSo(kind: Kind, { status, ending, text }: RawVerdict): boolean {
  if (kind === 'download') return status === 200 && ending === 'cut' && file.startsWith(text);
  const isError = kind.startsWith('translated') ? isOpenaiError : isMistralError;
  if (kind.endsWith('whole') || kind === 'download that waits')
    return status === 503 && ending === 'complete' && isError(parse(text)) && text.includes('shutting_down');
  const { events, rest } = readEvents(text);
  const last = events.at(-1) ?? '';
  return (
    status === 200 &&
    ending === 'cut' &&
    rest === '' &&
    isError(parse(last)) &&
    last.includes('shutting_down') &&
    !events.includes('[DONE]')
  );
}

describe('a proxy that is closed', () => {
  it('lets everything end that ends inside of the grace, and takes nothing more', { timeout: 90_000 }, async () => {
    const house = await start();
    const { upstream, proxy } = house;
    const calls = await underLoad(house);
    let isClosed = false;
    const closing = proxy.close(60_000).then(() => (isClosed = true));
    // Until the word has got there.
    await settlesDown(async () => (await ask('translated, whole', proxy)).status === 503);
    const late = await Promise.all(kinds.map(async (kind) => ({ kind, seen: await ask(kind, proxy) })));
    const closedEarly = isClosed;
    upstream.release('go on');
    const seen = await Promise.all(calls.map(async ({ kind, answer }) => ({ kind, seen: await answer })));
    await closing;
    printTable(
      `A proxy that is closed under load, with time enough (${calls.length} calls)`,
      kinds.map((kind) => {
        const own = seen.filter((one) => one.kind === kind);
        return {
          calls: kind,
          'under way': own.length,
          'cut inside of the grace': own.filter((one) => !isWhole(kind, one.seen)).length,
          'late callers not told so': late.filter((one) => one.kind === kind && one.seen.status !== 503).length,
        };
      }),
    );
    expect(seen.filter((one) => !isWhole(one.kind, one.seen))).toEqual([]);
    expect(
      late.map(({ kind, seen: { status, text } }) => [
        kind,
        status,
        (kind.startsWith('translated') ? isOpenaiError : isMistralError)(parse(text)),
        text.includes('shutting_down'),
      ]),
    ).toEqual(kinds.map((kind) => [kind, 503, true, true]));
    expect(closedEarly).toBe(false);
    const outcomes = new Set(proxy.receipts.filter(({ status }) => status === 200).map(({ outcome }) => outcome));
    expect([outcomes, proxy.receipts.filter(({ outcome }) => outcome === 'ok').length]).toEqual([new Set(['ok']), calls.length]);
    expect([proxy.troubles, proxy.isAlive]).toEqual([[], true]);
  });

  it('tells everybody whose answer does not end in time, and lets the provider go', { timeout: 90_000 }, async () => {
    const house = await start();
    const { upstream, proxy } = house;
    const calls = await underLoad(house);
    await proxy.close(100);
    const seen = await Promise.all(calls.map(async ({ kind, answer }) => ({ kind, seen: await answer })));
    const isOpen = (index: number): boolean => upstream.ledger(index)?.closedBy === undefined;
    const open = (): number => Array.from({ length: upstream.connections }, (_, index) => index).filter(isOpen).length;
    await settlesDown(() => open() === 0);
    printTable(
      `A proxy that is closed under load, without time (${calls.length} calls)`,
      kinds.map((kind) => {
        const own = seen.filter((one) => one.kind === kind);
        return {
          calls: kind,
          'under way': own.length,
          'neither told nor cut': own.filter((one) => !isToldSo(kind, one.seen)).length,
          hung: own.filter((one) => one.seen.ending === 'hung').length,
        };
      }),
    );
    expect(
      seen.filter((one) => !isToldSo(one.kind, one.seen)).map(({ kind, seen: { status, ending, text } }) => [kind, status, ending, text]),
    ).toEqual([]);
    expect(open()).toBe(0);
    expect(proxy.receipts.length).toBe(calls.length);
    expect(proxy.receipts.filter(({ code }) => code !== 'shutting_down')).toEqual([]);
    expect([proxy.troubles, proxy.isAlive]).toEqual([[], true]);
  });

  it.each(['/ai/v1/chat/completions', '/ai/mistral/v1/chat/completions'])(
    'does not begin with what was still on its way to it (%s)',
    { timeout: 60_000 },
    async (path) => {
      const { upstream, proxy } = await start();
      const body = JSON.stringify({ model: 'mistral/m', messages: [{ role: 'user', content: 'Hello' }] });
      const connection = await openConnection(proxy.port);
      onTestFinished(() => connection.close());
      connection.send(
        `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nexpect: 100-continue\r\ncontent-length: ${body.length}\r\n\r\n`,
      );
      await settlesDown(() => connection.bytes.length > 0);
      connection.send(body.slice(0, 20));
      await proxy.close(0);
      connection.send(body.slice(20));
      const refused = await connection.next();
      expect([refused?.start, upstream.requests.length]).toEqual(['HTTP/1.1 503 Service Unavailable', 0]);
    },
  );
});
