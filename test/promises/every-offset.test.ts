// A recorded answer, broken off at every byte. STORM=1 breaks whole answers and other framings off as well.

import { answerHead, chunk, sendRaw, startScriptedUpstream } from '@ai-proxy/testing';
import type { RawVerdict, Script, ScriptedUpstream } from '@ai-proxy/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { atMost } from './fixtures/at-most.ts';
import { isMistralError, isOpenaiError, parse, readEvents } from './fixtures/judge.ts';
import { printTable } from './fixtures/print-table.ts';
import { startProxy } from './fixtures/start-proxy.ts';
import type { RunningProxy } from './fixtures/start-proxy.ts';

const isStorm = process.env['STORM'] === '1';

const piece = (delta: object, rest: object): string => `data: ${JSON.stringify({ choices: [{ index: 0, delta, ...rest }] })}\n\n`;
const events = [
  piece({ role: 'assistant', content: 'é' }, { finish_reason: null }),
  piece({ content: 'z' }, { finish_reason: 'stop' }),
  'data: [DONE]\n\n',
];
const whole = JSON.stringify({
  id: 'a',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'éz' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
});

type Framing = 'chunked' | 'length' | 'close';
type Ending = 'reset' | 'end';

interface Recording {
  readonly bytes: Buffer;
  readonly body: Buffer;
  /** Whether an answer that breaks off there may count as whole, has to, or must not. */
  readonly wholeAt: (offset: number) => 'yes' | 'no' | 'either';
}

type Route = 'translated' | 'native';

function record(framing: Framing, stream: boolean, ending: Ending): Recording {
  const type = { 'content-type': stream ? 'text/event-stream' : 'application/json' };
  const parts = stream ? events : [whole];
  const body = Buffer.from(parts.join(''));
  const framingHeader = {
    chunked: { 'transfer-encoding': 'chunked' },
    length: { 'content-length': String(body.length) },
    close: { connection: 'close' },
  };
  const head = Buffer.from(answerHead(200, { ...type, ...framingHeader[framing] }));
  const bytes = Buffer.concat([head, ...(framing === 'chunked' ? [...parts.map(chunk), chunk('')] : [body])]);
  const mark = bytes.indexOf('[DONE]\n\n');
  const markEnd = mark + '[DONE]\n\n'.length;
  const from =
    (least: number): Recording['wholeAt'] =>
    (offset) =>
      offset >= least ? 'yes' : 'no';
  if (!stream) {
    return { bytes, body, wholeAt: from(bytes.length) };
  }
  if (framing !== 'close') return { bytes, body, wholeAt: from(markEnd) };
  // Without any framing the connection's end is the answer's. Once every choice has finished all is there; a reset, or what is begun of the mark,
  // may be taken for a break.
  const finished = mark - 'data: '.length - '\n\n'.length;
  const isSure = (offset: number): boolean =>
    (ending === 'end' && offset === finished + '\n\n'.length) || offset >= (ending === 'end' ? mark + '[DONE]'.length : markEnd);
  return { bytes, body, wholeAt: (offset) => (isSure(offset) ? 'yes' : offset >= finished ? 'either' : 'no') };
}

interface Cut {
  readonly framing: Framing;
  readonly ending: Ending;
  readonly stream: boolean;
  readonly route: Route;
  readonly offset: number;
}

const recordings = new Map<string, Recording>();
const recordingOf = ({ framing, ending, stream }: Omit<Cut, 'route' | 'offset'>): Recording => {
  const key = `${framing} ${stream} ${ending}`;
  const recording = recordings.get(key) ?? record(framing, stream, ending);
  recordings.set(key, recording);
  return recording;
};

function cutsOf(framing: Framing, ending: Ending, stream: boolean): Cut[] {
  const { length } = recordingOf({ framing, ending, stream }).bytes;
  return (['translated', 'native'] as const).flatMap((route) =>
    Array.from({ length: length + 1 }, (_, offset) => ({ framing, ending, stream, route, offset })),
  );
}

const markOf = (cut: Cut): string => JSON.stringify([cut.framing, cut.ending, cut.stream, cut.offset]).replaceAll('"', "'");

function scriptOf(request: Uint8Array): Script {
  const [framing, ending, stream, offset] = JSON.parse(
    (/<(\[.*?\])>/.exec(Buffer.from(request).toString())?.[1] ?? '').replaceAll("'", '"'),
  ) as [Framing, Ending, boolean, number];
  const { bytes } = recordingOf({ framing, ending, stream });
  return [...(offset > 0 ? [['write', bytes.subarray(0, offset)] as const] : []), [ending]];
}

let upstream: ScriptedUpstream;
let proxy: RunningProxy;

beforeAll(async () => {
  upstream = await startScriptedUpstream((_, request) => scriptOf(request));
  proxy = await startProxy({
    binding: 'express',
    upstreams: [{ name: 'mistral', url: upstream.url, apiKey: 'key' }],
    options: { retry: false, breaker: false },
  });
}, 60_000);

afterAll(async () => {
  await proxy.stop();
  await upstream.close();
});

/** A name of its own for each cut, by which its receipt is found. */
const modelOf = (cut: Cut): string =>
  `${cut.route === 'translated' ? 'mistral/' : ''}${[cut.framing, cut.ending, cut.stream, cut.route, cut.offset].join('-')}`;

function ask(cut: Cut): Promise<RawVerdict> {
  const translated = cut.route === 'translated';
  return sendRaw({
    port: proxy.port,
    timeoutMs: 30_000,
    path: translated ? '/ai/v1/chat/completions' : '/ai/mistral/v1/chat/completions',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: modelOf(cut),
      stream: cut.stream,
      messages: [{ role: 'user', content: `<${markOf(cut)}>` }],
    }),
  });
}

const wrongs = [
  'silent ends',
  'complete answers refused',
  'not a prefix',
  'no legal error',
  'hung',
  'receipts that say otherwise',
] as const;

/** What was wrong with what one caller saw. */
function judge(cut: Cut, seen: RawVerdict): (typeof wrongs)[number][] {
  const recording = recordingOf(cut);
  const isWhole = recording.wholeAt(cut.offset);
  const wrong: (typeof wrongs)[number][] = [];
  if (seen.ending === 'hung') return ['hung'];
  const isError = cut.route === 'translated' ? isOpenaiError : isMistralError;
  if (seen.status !== 200) {
    if (isWhole === 'yes') wrong.push('complete answers refused');
    if (seen.ending !== 'complete' || !isError(parse(seen.text))) wrong.push('no legal error');
    return wrong;
  }
  if (seen.ending === 'complete' && isWhole === 'no') wrong.push('silent ends');
  if (!cut.stream) return wrong;
  const { events: told, rest } = readEvents(seen.text);
  const last = parse(told.at(-1) ?? '');
  if (seen.ending === 'complete') {
    // A provider that ends without framing may leave out the mark, or its blank line, and its own routes say what it says.
    if ((rest !== '' || told.at(-1) !== '[DONE]') && !(cut.framing === 'close' && cut.route === 'native')) wrong.push('silent ends');
  } else {
    if (isWhole === 'yes') wrong.push('complete answers refused');
    if (!isError(last) || rest !== '' || told.includes('[DONE]')) wrong.push('no legal error');
  }
  if (!isPrefix(cut, seen, told, recording)) wrong.push('not a prefix');
  return wrong;
}

function isPrefix(cut: Cut, seen: RawVerdict, told: readonly string[], { body, bytes }: Recording): boolean {
  if (cut.route === 'translated') {
    const said = told
      .map((event) => (parse(event) as { choices?: { delta?: { content?: string } }[] } | undefined)?.choices?.[0]?.delta?.content ?? '')
      .join('');
    return 'éz'.startsWith(said);
  }
  const ours = seen.text.lastIndexOf('data: {"object":"error"');
  const foreign = ours === -1 ? seen.text : seen.text.slice(0, ours);
  const sent = body.subarray(0, Math.max(0, cut.offset - (bytes.length - body.length))).toString();
  const all = body.toString();
  // Chunk sizes stand between the bytes of a chunked body: there the whole recording is the measure.
  const measure = cut.framing === 'chunked' ? all : sent;
  return measure.startsWith(foreign) || measure.startsWith(foreign.replace(/\n\n$/, ''));
}

describe('a recorded answer that breaks off', () => {
  it('at any byte never looks whole, and never loses what came before', { timeout: 600_000 }, async () => {
    const kinds: readonly (readonly [Framing, Ending, boolean])[] = [
      ['chunked', 'reset', true],
      ['chunked', 'end', true],
      ...(isStorm
        ? ([
            ['close', 'end', true],
            ['length', 'reset', true],
            ['length', 'end', true],
            ['close', 'reset', true],
            ['chunked', 'reset', false],
            ['chunked', 'end', false],
            ['length', 'end', false],
          ] as const)
        : []),
    ];
    const cuts = kinds.flatMap(([framing, ending, stream]) => cutsOf(framing, ending, stream));
    const judged = await atMost(16, cuts, async (cut) => {
      const seen = await ask(cut);
      const { outcome } = await proxy.receipt(({ modelAsked }) => modelAsked === modelOf(cut));
      const isWhole = seen.status === 200 && seen.ending === 'complete';
      const wrong = (outcome === 'ok') === isWhole ? judge(cut, seen) : [...judge(cut, seen), 'receipts that say otherwise' as const];
      return { cut, wrong, outcome, text: seen.text.slice(-300) };
    });
    const rows = kinds.map(([framing, ending, stream]) => {
      const own = judged.filter(({ cut }) => cut.framing === framing && cut.ending === ending && cut.stream === stream);
      return {
        recording: `${stream ? 'stream' : 'whole'}, ${framing === 'close' ? 'until the connection closes' : framing === 'length' ? 'with its length' : 'chunked'}`,
        'broken by': ending === 'reset' ? 'RST' : 'FIN',
        cuts: own.length,
        ...Object.fromEntries(wrongs.map((name) => [name, own.filter(({ wrong }) => wrong.includes(name)).length])),
      };
    });
    printTable('A recorded answer, broken off at every byte', rows);
    expect(judged.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
    expect([proxy.receipts.length, proxy.troubles, proxy.isAlive]).toEqual([cuts.length, [], true]);
  });
});
