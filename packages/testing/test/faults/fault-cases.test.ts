import { describe, expect, it } from 'vitest';
import { faultCases, faultNames, sendRaw, startGgufSimulator, startMistralSimulator } from '../../src/index.ts';
import type { FaultCase, FaultName, RawVerdict, Simulator } from '../../src/index.ts';
import { readHonestly } from './honest-reading.ts';

const tools = ['get_weather', 'get_time'].map((name) => ({
  type: 'function',
  function: { name, parameters: { type: 'object', properties: { city: { type: 'string' } } } },
}));

const servers: [name: string, start: () => Promise<Simulator>][] = [
  ['Mistral', () => startMistralSimulator({ apiKey: 'key' })],
  ['llama-server', () => startGgufSimulator()],
  ['llama-cpp-python', () => startGgufSimulator({ dialect: 'llama-cpp-python' })],
];

async function ask(simulator: Simulator, row: FaultCase, stream: boolean): Promise<RawVerdict> {
  const messages = [{ role: 'user', content: row.tools === true ? 'both' : 'tell me a little more than two words' }];
  return sendRaw({
    port: simulator.port,
    path: '/v1/chat/completions',
    body: JSON.stringify({ model: 'mistral-small-latest', stream, messages, ...(row.tools === true ? { tools } : {}) }),
    headers: { authorization: 'Bearer key', 'content-type': 'application/json' },
    timeoutMs: row.silent === true ? 150 : 15_000,
  });
}

describe.each(servers)('the faults of %s', (_, start) => {
  const rows = faultCases.flatMap((row) => [
    { ...row, stream: true, expected: row.expect },
    { ...row, stream: false, expected: row.expectWhole },
  ]);
  it.each(rows)('$title, streamed: $stream, can be told for what it is: $expected', async (row) => {
    await using simulator = await start();
    simulator.behave({ fault: row.fault, chunks: 4 });
    let verdict = await ask(simulator, row, row.stream);
    if (row.repeats === true) {
      expect(verdict.status).toBe(503);
      verdict = await ask(simulator, row, row.stream);
    }
    const reading = readHonestly(verdict);
    const record = simulator.requests.at(-1);
    if (row.expected === 'error') {
      expect(reading).toEqual({ clean: false });
    } else {
      expect(reading).toEqual({ clean: true, text: record?.truth?.texts.join(''), calls: record?.truth?.toolCalls });
      expect(await record?.ended).toBe('answered');
    }
    if (row.silent === true) expect(verdict.ending).toBe('hung');
  });
});

describe('the list of faults', () => {
  it('has a title for each row, and each once', () => {
    expect(new Set(faultCases.map((row) => row.title)).size).toBe(faultCases.length);
    // The compiler asks for every name of the union here.
    const all: Record<FaultName, true> = {
      acceptAndNeverAnswer: true,
      headersThenSilence: true,
      resetBeforeHeaders: true,
      okWithJsonError: true,
      okWithHtml: true,
      status500Empty: true,
      status429: true,
      loading503Then200: true,
      redirect: true,
      halfEventThenReset: true,
      halfCharacterThenEnd: true,
      resetAfter: true,
      silenceAfter: true,
      endWithoutDone: true,
      wrongContentLength: true,
      gzipBody: true,
      bytePerMillisecond: true,
      hugeEvent: true,
      manyEventsInOneWrite: true,
      commentStorm: true,
      trailingSpaces: true,
      splitCrlf: true,
      doneTwice: true,
      eventAfterDone: true,
      errorAfterContent: true,
      errorFieldAfterContent: true,
      usageBeforeFinish: true,
      duplicateFinish: true,
      noRole: true,
      roleNull: true,
      interleavedToolFragments: true,
      bareToolCall: true,
      repeatedName: true,
      emptyName: true,
      argumentsObject: true,
    };
    expect(faultNames.toSorted()).toEqual(Object.keys(all).toSorted());
  });
});

describe('faults on the wire', () => {
  async function wire(fault: FaultCase['fault'], more: Partial<FaultCase> = {}): Promise<{ pieces: Buffer[]; verdict: RawVerdict }> {
    await using simulator = await startMistralSimulator({ apiKey: 'key' });
    simulator.behave({ fault });
    const pieces: Buffer[] = [];
    const body = JSON.stringify({
      model: 'mistral-small-latest',
      stream: true,
      messages: [{ role: 'user', content: more.tools === true ? 'both' : 'x' }],
      ...(more.tools === true ? { tools } : {}),
    });
    const verdict = await sendRaw({
      port: simulator.port,
      path: '/v1/chat/completions',
      body,
      headers: { authorization: 'Bearer key', 'content-type': 'application/json' },
      onBytes: (bytes) => pieces.push(Buffer.from(bytes)),
    });
    return { pieces, verdict };
  }

  it('splitCrlf puts CR and LF into different pieces', async () => {
    const { pieces, verdict } = await wire({ name: 'splitCrlf' });
    expect(verdict.text).toMatch(/^(?:data: .*\r\n\r\n)+$/u);
    const body = pieces.map((piece) => piece.toString('latin1'));
    expect(body.filter((piece) => /^[0-9a-f]+\r\n\n/u.test(piece)).length).toBeGreaterThan(10);
  });

  it('halfCharacterThenEnd ends in the middle of a character, by a proper end', async () => {
    const { verdict } = await wire({ name: 'halfCharacterThenEnd' });
    expect(verdict.ending).toBe('complete');
    expect(verdict.body.at(-1)).toBe(0xc3);
  });

  it('resetAfter writes so many events and not one more', async () => {
    const { verdict } = await wire({ name: 'resetAfter', events: 3 });
    expect(verdict.ending).toBe('cut');
    expect(verdict.text.split('\n\n')).toHaveLength(4);
  });

  it('halfEventThenReset ends inside an event', async () => {
    const { verdict } = await wire({ name: 'halfEventThenReset' });
    expect(verdict.ending).toBe('cut');
    expect(verdict.text).toMatch(/\n\ndata: \{[^\n]+$/u);
  });

  it('endWithoutDone leaves out the last chunk, or only the mark', async () => {
    expect((await wire({ name: 'endWithoutDone', how: 'cut' })).verdict.ending).toBe('cut');
    const { verdict } = await wire({ name: 'endWithoutDone', how: 'clean', after: 'finish' });
    expect(verdict.ending).toBe('complete');
    expect(verdict.text).toContain('"finish_reason":"stop"');
    expect(verdict.text).not.toContain('[DONE]');
  });

  it('status429 says when to come back in the form asked for', async () => {
    const headersOf = async (fault: FaultCase['fault']): Promise<RawVerdict['headers']> => (await wire(fault)).verdict.headers;
    expect(await headersOf({ name: 'status429', retryAfter: { seconds: 7 } })).toMatchObject({ 'retry-after': '7' });
    expect(await headersOf({ name: 'status429', retryAfter: { milliseconds: 70 } })).toMatchObject({ 'retry-after-ms': '70' });
    expect(await headersOf({ name: 'status429', retryAfter: { date: new Date(0) } })).toMatchObject({
      'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT',
    });
  });

  it('doneTwice and eventAfterDone go on after the mark', async () => {
    expect((await wire({ name: 'doneTwice' })).verdict.text).toMatch(/data: \[DONE\]\n\ndata: \[DONE\]\n\n$/u);
    expect((await wire({ name: 'eventAfterDone' })).verdict.text).toMatch(/data: \[DONE\]\n\ndata: \{.*after the end/u);
  });

  it('usageBeforeFinish moves usage to a chunk of its own', async () => {
    const { verdict } = await wire({ name: 'usageBeforeFinish' });
    const usage = verdict.text.indexOf('"usage"');
    expect(usage).toBeGreaterThan(0);
    expect(usage).toBeLessThan(verdict.text.indexOf('"finish_reason":"stop"'));
    expect(verdict.text.lastIndexOf('"usage"')).toBe(usage);
  });

  it('interleavedToolFragments goes to and fro between two indices', async () => {
    const { verdict } = await wire({ name: 'interleavedToolFragments' }, { tools: true });
    const order = [...verdict.text.matchAll(/"tool_calls":\[\{"index":(\d)/gu)].map((match) => match[1]).join('');
    expect(order).toMatch(/^01(?:01){3,}/u);
  });

  it('bareToolCall has neither index nor type nor id', async () => {
    const { verdict } = await wire({ name: 'bareToolCall' }, { tools: true });
    expect(verdict.text).toContain(
      '"tool_calls":[{"function":{"name":"get_weather","arguments":"{\\"city\\":\\"simulated city\\"}"}},{"function":',
    );
  });

  it('argumentsObject has arguments that are no text', async () => {
    expect((await wire({ name: 'argumentsObject' }, { tools: true })).verdict.text).toContain('"arguments":{"city":"simulated city"}');
  });

  it('repeatedName and emptyName differ in the name of what continues', async () => {
    const count = async (name: 'repeatedName' | 'emptyName', pattern: RegExp): Promise<number> =>
      [...(await wire({ name }, { tools: true })).verdict.text.matchAll(pattern)].length;
    expect(await count('repeatedName', /"name":"get_weather"/gu)).toBeGreaterThan(3);
    expect(await count('emptyName', /"name":"get_weather"/gu)).toBe(1);
    expect(await count('emptyName', /"name":""/gu)).toBeGreaterThan(3);
  });

  it('errorFieldAfterContent writes a field named error', async () => {
    expect((await wire({ name: 'errorFieldAfterContent' })).verdict.text).toMatch(/\n\nerror: \{"object":"error"[^\n]*\}\n\n$/u);
  });

  it('redirect leads back to the simulator, where following it shows', async () => {
    const { verdict } = await wire({ name: 'redirect' });
    expect([verdict.status, verdict.headers.location]).toEqual([307, '/redirected']);
  });
});
