import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faultCases, ollamaFaultCases, sendRaw, startOllamaSimulator } from '../../src/index.ts';
import type { AnyFault, LineFault, OllamaSimulator, RawVerdict } from '../../src/index.ts';
import { linesOf, readStrictly } from './strict-reading.ts';

const tools = ['get_weather', 'get_time'].map((name) => ({
  type: 'function',
  function: { name, parameters: { type: 'object', properties: { city: { type: 'string' } } } },
}));

interface Asked {
  readonly stream: boolean;
  readonly route?: 'chat' | 'generate';
  readonly tools?: boolean;
  readonly silent?: boolean;
}

async function ask(
  simulator: OllamaSimulator,
  { stream, route = 'chat', tools: calls = false, silent = false }: Asked,
): Promise<RawVerdict> {
  const text = calls ? 'both' : 'tell me a little more than two words, é';
  const body = route === 'chat' ? { messages: [{ role: 'user', content: text }], ...(calls ? { tools } : {}) } : { prompt: text };
  return sendRaw({
    port: simulator.port,
    path: `/api/${route}`,
    body: JSON.stringify({ model: 'llama3.2', stream, ...body }),
    timeoutMs: silent ? 150 : 15_000,
  });
}

const modes: Asked[] = [
  { route: 'chat', stream: true },
  { route: 'chat', stream: false },
  { route: 'generate', stream: true },
  { route: 'generate', stream: false },
];

describe.each(modes)('the faults of $route, streamed: $stream', (mode) => {
  // Generate has no tools.
  const rows = ollamaFaultCases.filter((row) => mode.route === 'chat' || row.tools !== true);
  it.each(rows)('$title can be told for what it is', async (row) => {
    await using simulator = await startOllamaSimulator({ behaviour: { fault: row.fault, chunks: 4 } });
    const asked = { ...mode, tools: row.tools === true, silent: row.silent === true };
    let verdict = await ask(simulator, asked);
    if (row.repeats === true) {
      expect(verdict.status).toBe(503);
      verdict = await ask(simulator, asked);
    }
    const record = simulator.requests.at(-1);
    const reading = readStrictly(verdict);
    if ((mode.stream ? row.expect : row.expectWhole) === 'error') {
      expect(reading).toEqual({ clean: false });
    } else {
      const truth = record?.truth;
      expect(reading).toEqual({
        clean: true,
        text: truth?.texts.join(''),
        thinking: '',
        calls: truth?.toolCalls,
        tokens: truth?.completionTokens,
      });
      expect(await record?.ended).toBe('answered');
    }
    if (row.silent === true) expect(verdict.ending).toBe('hung');
  });
});

describe('the list of faults', () => {
  it('has a title for each row, and each once', () => {
    expect(new Set(ollamaFaultCases.map((row) => row.title)).size).toBe(ollamaFaultCases.length);
  });

  it('has every fault of lines, and leaves those of event streams out', () => {
    // The compiler asks for every name of the union here.
    const all: Record<LineFault['name'], true> = {
      errorLine: true,
      endAtByte: true,
      halfLineThenEnd: true,
      blankLines: true,
      crlfLines: true,
      noFinalNewline: true,
      prettyJson: true,
      separatorsInText: true,
      noDoneReason: true,
      noCounts: true,
      argumentsText: true,
    };
    const names = new Set<string>(ollamaFaultCases.map((row) => row.fault.name));
    expect(Object.keys(all).filter((name) => !names.has(name))).toEqual([]);
    expect(faultCases.map((row) => row.fault.name).filter((name) => !names.has(name))).toEqual([
      'commentStorm',
      'doneTwice',
      'errorFieldAfterContent',
      'usageBeforeFinish',
      'interleavedToolFragments',
      'repeatedName',
      'emptyName',
      'argumentsObject',
    ]);
  });
});

describe('faults on the wire', () => {
  async function wire(fault: AnyFault, asked: Asked = { stream: true }): Promise<RawVerdict> {
    await using simulator = await startOllamaSimulator({ behaviour: { fault } });
    return await ask(simulator, asked);
  }

  it.each([
    ['first', 1, /^\{"error":"[^"]+"\}\n$/u],
    ['middle', 10, /\n\{"error":"[^"]+"\}\n$/u],
    ['last', 18, /\n\{"error":"[^"]+"\}\n$/u],
  ] as const)('errorLine %s stands at line %i and is the last', async (at, count, pattern) => {
    const { status, text, ending } = await wire({ name: 'errorLine', at });
    expect([status, ending, text.trimEnd().split('\n').length]).toEqual([200, 'complete', count]);
    expect(text).toMatch(pattern);
    expect(text).not.toContain('"done":true');
  });

  it('errorLine nested puts the text into an object', async () => {
    expect((await wire({ name: 'errorLine', at: 'first', nested: true })).text).toMatch(
      /^\{"error":\{"message":"[^"]+","type":"api_error"\}\}\n$/u,
    );
  });

  it('an error line first comes as JSON with its status only where nothing was written: this one is inside a 200', async () => {
    expect((await wire({ name: 'errorLine', at: 'first' })).headers['content-type']).toBe('application/x-ndjson');
  });

  it('halfLineThenEnd ends inside a line, by a proper end', async () => {
    const { text, ending } = await wire({ name: 'halfLineThenEnd', lines: 1 });
    expect(ending).toBe('complete');
    expect(text).toMatch(/^\{.*\}\n\{[^\n]+[^}\n]$/u);
  });

  it('endWithoutDone has every line but the last', async () => {
    const { text, ending } = await wire({ name: 'endWithoutDone', how: 'clean' });
    expect(ending).toBe('complete');
    expect(linesOf(text).map((line) => line?.done)).toEqual(Array(17).fill(false));
    expect((await wire({ name: 'endWithoutDone', how: 'cut' })).ending).toBe('cut');
  });

  it('endAtByte ends at any byte, and is whole only where the last document is', async () => {
    await using simulator = await startOllamaSimulator({ behaviour: { chunks: 2 }, now: () => 1_790_000_000 });
    // The first answer takes longer to load, and says so in more digits.
    await ask(simulator, { stream: true });
    const whole = (await ask(simulator, { stream: true })).body;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length }), fc.constantFrom('clean', 'cut', 'reset'), async (byte, how) => {
        simulator.behave({ chunks: 2, fault: { name: 'endAtByte', byte, how } });
        const verdict = await ask(simulator, { stream: true });
        expect(verdict.ending).toBe(how === 'clean' ? 'complete' : 'cut');
        // A reset may overtake bytes that were sent before it.
        if (how === 'clean') expect(verdict.body.length).toBe(byte);
        expect(readStrictly(verdict).clean).toBe(how === 'clean' && byte >= whole.length - 1);
      }),
      { numRuns: 60 },
    );
  });

  it('blankLines, crlfLines and noFinalNewline change nothing but the ends of lines', async () => {
    const plain = await wire({ name: 'trailingSpaces' });
    expect(plain.text).toMatch(/^(?:\{.*\} {3}\n)+$/u);
    expect((await wire({ name: 'blankLines' })).text).toMatch(/^(?:\n \n\{.*\}\n)+\n\n$/u);
    expect((await wire({ name: 'crlfLines' })).text).toMatch(/^(?:\{.*\}\r\n)+$/u);
    expect((await wire({ name: 'noFinalNewline' })).text).toMatch(/^(?:\{.*\}\n)+\{.*"done":true.*\}$/u);
  });

  it('splitCrlf puts CR and LF into different pieces', async () => {
    await using simulator = await startOllamaSimulator({ behaviour: { fault: { name: 'splitCrlf' } } });
    const pieces: string[] = [];
    await sendRaw({
      port: simulator.port,
      path: '/api/chat',
      body: JSON.stringify({ model: 'llama3.2', messages: [{ role: 'user', content: 'x' }] }),
      onBytes: (bytes) => pieces.push(Buffer.from(bytes).toString('latin1')),
    });
    expect(pieces.filter((piece) => /^[0-9a-f]+\r\n\n/u.test(piece)).length).toBeGreaterThan(5);
  });

  it('prettyJson gives one document over many lines where a stream was asked for', async () => {
    const { headers, text } = await wire({ name: 'prettyJson' });
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(text.split('\n').length).toBeGreaterThan(10);
    expect(JSON.parse(text)).toMatchObject({ done: true, message: { role: 'assistant' } });
  });

  it('separatorsInText leaves what only looks like the end of a line as it is', async () => {
    const { text } = await wire({ name: 'separatorsInText' });
    expect(text).toContain('"content":"\u2028one\u2029two\u0085three\\nfour\\r\\nfive"');
  });

  it('noDoneReason and noCounts leave those out and nothing else', async () => {
    const last = async (fault: AnyFault): Promise<string[]> => Object.keys(linesOf((await wire(fault)).text).at(-1) ?? {});
    expect(await last({ name: 'noDoneReason' })).toEqual([
      'model',
      'created_at',
      'message',
      'done',
      'total_duration',
      'load_duration',
      'prompt_eval_count',
      'prompt_eval_duration',
      'eval_count',
      'eval_duration',
    ]);
    expect(await last({ name: 'noCounts' })).toEqual(['model', 'created_at', 'message', 'done', 'done_reason']);
  });

  it('eventAfterDone and duplicateFinish go on after the last line', async () => {
    expect((await wire({ name: 'eventAfterDone' })).text).toMatch(/"done":true.*\n.*after the end.*\n$/u);
    expect((await wire({ name: 'duplicateFinish' })).text.match(/"done":true/gu)).toHaveLength(2);
  });

  it('bareToolCall and argumentsText write calls as other servers do', async () => {
    const asked = { stream: true, tools: true };
    expect((await wire({ name: 'bareToolCall' }, asked)).text).toContain(
      '"tool_calls":[{"function":{"name":"get_weather","arguments":{"city":"simulated city"}}},{"function":',
    );
    expect((await wire({ name: 'argumentsText' }, asked)).text).toContain('"arguments":"{\\"city\\":\\"simulated city\\"}"');
  });

  it('loading503Then200 is the full queue, and status429 says when to come back', async () => {
    const busy = await wire({ name: 'loading503Then200' });
    expect([busy.status, JSON.parse(busy.text)]).toEqual([
      503,
      { error: 'server busy, please try again.  maximum pending requests exceeded' },
    ]);
    expect(await wire({ name: 'status429', retryAfter: { seconds: 7 } })).toMatchObject({ status: 429, headers: { 'retry-after': '7' } });
  });
});
