// Everything that a provider can do wrong, on every kind of route, and what a caller sees of it.
// STORM=1 repeats the table ten times.

import { faultCases, sendRaw, startMistralSimulator } from '@ai-proxy/testing';
import type { FaultCase, MistralSimulator, RawVerdict } from '@ai-proxy/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { atMost } from './fixtures/at-most.ts';
import { canaryHeaders, providerKey, sightings } from './fixtures/canaries.ts';
import { judgeRelay, judgeStream, judgeWhole, problems } from './fixtures/judge.ts';
import type { Judgement } from './fixtures/judge.ts';
import { printTable } from './fixtures/print-table.ts';
import { settlesDown } from './fixtures/settle-down.ts';
import { startProxy } from './fixtures/start-proxy.ts';
import type { RunningProxy } from './fixtures/start-proxy.ts';
import { startTap } from './fixtures/start-tap.ts';
import type { Tap } from './fixtures/start-tap.ts';

const rounds = process.env['STORM'] === '1' ? 10 : 1;

interface Mode {
  readonly name: string;
  readonly route: 'translated' | 'native' | 'relay';
  readonly stream: boolean;
  /** Headers go out before the provider has said anything, so that every failure is one inside the stream. */
  readonly early?: true;
}

const modes: readonly Mode[] = [
  { name: 'translated, stream', route: 'translated', stream: true },
  { name: 'translated, early stream', route: 'translated', stream: true, early: true },
  { name: 'translated, whole', route: 'translated', stream: false },
  { name: 'native, stream', route: 'native', stream: true },
  { name: 'native, early stream', route: 'native', stream: true, early: true },
  { name: 'native, whole', route: 'native', stream: false },
  { name: 'download', route: 'relay', stream: false },
];

const tools = ['first', 'second'].map((name) => ({
  type: 'function',
  function: { name, description: name, parameters: { type: 'object', properties: { word: { type: 'string' } }, required: ['word'] } },
}));

// Only what never comes meets a short clock: a machine that has much else to do must not turn an answer into an error.
const never = { retry: false, breaker: false } as const;
const timeouts = { connect: 10_000, firstByte: 60_000, idle: 60_000 };
const short = { connect: 10_000, firstByte: 500, idle: 500 };
const mounts = {
  '/ai': { ...never, timeouts },
  '/early': { ...never, timeouts: { ...timeouts, headers: 20 } },
  '/impatient': { ...never, timeouts: short },
  '/impatient-early': { ...never, timeouts: { ...short, headers: 20 } },
};
const file = Buffer.from('A file, as somebody has uploaded it: é, and more. '.repeat(8));

let provider: MistralSimulator;
let tap: Tap;
let proxy: RunningProxy;
let fileId = '';
const cameDown: Uint8Array[] = [];

beforeAll(async () => {
  provider = await startMistralSimulator({ apiKey: providerKey });
  tap = await startTap(provider.port);
  // The simulator is told by a mark in the request what to do wrong, so that many faults can be had at once.
  const fault = ({ body, path }: { body: Uint8Array; path: string }): FaultCase['fault'] | undefined => {
    const index = /fault-(\d+)-/.exec(`${path} ${Buffer.from(body).toString('latin1')}`)?.[1];
    return index === undefined ? undefined : faultCases[Number(index)]?.fault;
  };
  const forever = { fault, faultTimes: Infinity, chunks: 4 };
  provider.behave(forever);
  provider.behave({ ...forever, latencyMs: 150 }, 'mistral-medium-latest');

  const upstreams = [{ name: 'mistral', url: tap.url, apiKey: providerKey }];
  proxy = await startProxy({ binding: 'express', upstreams, others: mounts });

  const form = new FormData();
  form.set('purpose', 'ocr');
  form.set('file', new Blob([file]), 'notes.txt');
  const uploaded = await fetch(`http://127.0.0.1:${proxy.port}/ai/mistral/v1/files`, { method: 'POST', body: form });
  fileId = ((await uploaded.json()) as { id: string }).id;
}, 60_000);

afterAll(async () => {
  await proxy.stop();
  await tap.close();
  await provider.close();
});

/** A mark that stands in one request and nowhere else; never longer for one than for another. */
const markOf = (fault: number, mode: number, round: number): string =>
  `fault-${String(fault).padStart(2, '0')}-mode-${mode}-round-${String(round).padStart(2, '0')}.`;

async function ask(mode: Mode, mark: string, row: FaultCase): Promise<RawVerdict> {
  const mount = mode.early ? (row.silent ? '/impatient-early' : '/early') : row.silent ? '/impatient' : '/ai';
  const call = { port: proxy.port, timeoutMs: 60_000 };
  if (mode.route === 'relay')
    return sendRaw({ ...call, path: `${mount}/mistral/v1/files/${fileId}/content?${mark}`, headers: [...canaryHeaders] });
  const name = mode.early ? 'mistral-medium-latest' : 'mistral-small-latest';
  const translated = mode.route === 'translated';
  return sendRaw({
    ...call,
    path: `${mount}${translated ? '' : '/mistral'}/v1/chat/completions`,
    headers: [['content-type', 'application/json'], ...canaryHeaders],
    body: JSON.stringify({
      model: translated ? `mistral/${name}` : name,
      messages: [{ role: 'user', content: `Say ${row.tools ? 'both' : 'something'} and repeat ${mark}` }],
      ...(row.tools ? { tools } : {}),
      ...(mode.stream ? { stream: true } : {}),
    }),
  });
}

function expectation({ stream }: Mode, row: FaultCase): 'clean' | 'error' {
  // Nothing is repeated here, so what takes a second request to get right has to show as an error.
  if (row.repeats) return 'error';
  // Once the mark of the end has come, bytes that were promised beyond it are nobody's loss.
  if (row.title === 'wrongContentLength too long' && stream) return 'clean';
  return stream ? row.expect : row.expectWhole;
}

function judge(mode: Mode, mark: string, row: FaultCase, seen: RawVerdict): Judgement {
  const exchange = tap.exchangeOf(mark);
  const request = provider.requests.findLast((one) => `${one.path} ${Buffer.from(one.body).toString('latin1')}`.includes(mark));
  const expected = expectation(mode, row);
  const evidence = {
    dialect: mode.route === 'translated' ? 'openai' : 'mistral',
    seen,
    expect: expected,
    truth: request?.truth,
    exchange,
  } as const;
  if (mode.route === 'relay') return judgeRelay(evidence);
  return mode.stream ? judgeStream(evidence) : judgeWhole(evidence);
}

describe('every fault of a provider', () => {
  it(
    'reaches the caller as the right answer, as an error in his dialect, or as an error event and a cut',
    { timeout: 600_000 },
    async () => {
      const cases = Array.from({ length: rounds }, (_, round) =>
        faultCases.flatMap((row, fault) => modes.map((mode, index) => ({ row, mode, mark: markOf(fault, index, round) }))),
      ).flat();
      // Once in each mode first: what is opened lazily and kept is no leak.
      const [first] = faultCases;
      if (first) await Promise.all(modes.map((mode) => ask(mode, 'warm.', { ...first, title: 'none' })));
      tap.closeConnections();
      await settlesDown(() => tap.connections === 0);
      const before = await proxy.state();

      const check = async ({
        row,
        mode,
        mark,
      }: (typeof cases)[number]): Promise<Judgement & { readonly row: FaultCase; readonly mode: Mode }> => {
        const seen = await ask(mode, mark, row);
        cameDown.push(Buffer.from(JSON.stringify(seen.rawHeaders)), seen.body);
        return { row, mode, ...judge(mode, mark, row, seen) };
      };
      // Those that mostly wait do so together, beside the others.
      const isSlow = ({ row }: { readonly row: FaultCase }): boolean => row.silent === true || row.fault.name === 'bytePerMillisecond';
      const [slow, others] = [cases.filter(isSlow), cases.filter((one) => !isSlow(one))];
      const judged = (await Promise.all([atMost(100, slow, check), atMost(10, others, check)])).flat();

      await settlesDown(() => tap.unfinished() === 0);
      const leftOpen = tap.unfinished();
      tap.closeConnections();
      const descriptorsBack = await settlesDown(async () => {
        const after = await proxy.state();
        return (after.descriptors ?? 0) <= (before.descriptors ?? 0);
      });
      const secrets = sightings({
        up: tap.exchanges.map((exchange) => exchange.request),
        down: cameDown,
        told: [proxy.console(), JSON.stringify(proxy.receipts)],
      });

      printTable(
        `Faults of a provider and what the caller sees (${cases.length} calls)`,
        faultCases.map((row) => {
          const cells = modes.map((mode) => {
            const own = judged.filter((one) => one.row === row && one.mode === mode);
            const verdicts = [...new Set(own.map((one) => one.verdict))].join(' / ');
            const wrong = [...new Set(own.flatMap((one) => one.wrong))];
            return [mode.name, wrong.length === 0 ? verdicts : `${verdicts}: **${wrong.join(', ')}**`] as const;
          });
          return { fault: row.title, ...Object.fromEntries(cells) };
        }),
      );
      const totals: Record<string, number> = {
        ...Object.fromEntries(problems.map((problem) => [problem, judged.filter((one) => one.wrong.includes(problem)).length])),
        'upstream connections left open': leftOpen,
        'calls without a receipt': cases.length + modes.length + 1 - proxy.receipts.length,
        'warnings, unhandled rejections, uncaught exceptions': proxy.troubles.length,
        'processes that died': proxy.isAlive ? 0 : 1,
        'processes with more file descriptors than at the start': descriptorsBack ? 0 : 1,
        'secrets seen on either wire, in a log or in a receipt': secrets.length,
      };
      printTable('Totals', [{ ...totals }]);
      expect([proxy.troubles, secrets]).toEqual([[], []]);
      expect(
        judged.filter((one) => one.wrong.length > 0).map((one) => `${one.row.title} (${one.mode.name}): ${one.wrong.join(', ')}`),
      ).toEqual([]);
      expect(totals).toEqual(Object.fromEntries(Object.keys(totals).map((name) => [name, 0])));
    },
  );
});
