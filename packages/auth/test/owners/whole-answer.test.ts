import type { HttpRelay, HttpReply, RelayEnd, RelayReply } from '@ai-proxy/core';
import { describe, expect, it } from 'vitest';
import { carryUpload } from '../../src/owners/upload-clock.ts';
import { mostHeld, wholeAnswer } from '../../src/owners/whole-answer.ts';
import { fileForm, makeAccount } from './make-account.ts';

const ends: RelayEnd[] = [];
const relay: HttpRelay = {
  kind: 'relay',
  url: new URL('http://upstream.example/v1/files'),
  method: 'GET',
  headers: {},
  signal: new AbortController().signal,
  clocks: { connect: 0, firstByte: 30, idle: 0 },
  responseHeaders: () => ({}),
  settle: (end) => void ends.push(end),
  failure: () => ({ status: 502, headers: {} }),
};

const answering = (chunks: AsyncIterable<Uint8Array>): Pick<RelayReply, 'carryOut'> => ({
  async carryOut(carried): Promise<HttpReply> {
    return { status: 200, headers: carried.responseHeaders(200, {}), body: { kind: 'stream', chunks } };
  },
});

describe('an answer that is held', () => {
  it('is held up to a bound, and left beyond it', async () => {
    let given = 0;
    let isLeft = false;
    async function* endless(): AsyncGenerator<Uint8Array, void, undefined> {
      try {
        for (;;) {
          given += 1;
          yield new Uint8Array(1024 * 1024);
        }
      } finally {
        isLeft = true;
      }
    }
    await expect(wholeAnswer(answering(endless()), relay, { kind: 'none' })).rejects.toMatchObject({
      code: 'upstream_too_large',
      status: 502,
    });
    expect([given, isLeft, ends]).toEqual([mostHeld / 1024 / 1024 + 1, true, []]);
  });

  it('ends its call once it was accepted, and not before', async () => {
    async function* once(): AsyncGenerator<Uint8Array, void, undefined> {
      yield new TextEncoder().encode('{}');
    }
    const answer = await wholeAnswer(answering(once()), relay, { kind: 'none' });
    expect([answer.isGood, new TextDecoder().decode(answer.reply.bytes), ends]).toEqual([true, '{}', []]);
    answer.accept();
    expect(ends).toEqual([{ kind: 'complete', status: 200, bytes: 2 }]);
  });
});

describe('a long upload', () => {
  /** Reads what goes up, and answers then, or never. */
  const upstream = (answers: boolean): Pick<RelayReply, 'carryOut'> => ({
    async carryOut({ signal, clocks }, body) {
      if (body.kind === 'stream') for await (const chunk of body.stream) expect(chunk.byteLength).toBe(1);
      expect(clocks.firstByte).toBe(0);
      if (answers) return { status: 200, headers: {} };
      return new Promise((_, reject) => {
        if (signal.aborted) reject(signal.reason as Error);
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    },
  });

  async function* slowly(): AsyncGenerator<Uint8Array, void, undefined> {
    for (let index = 0; index < 12; index += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      yield new Uint8Array(1);
    }
  }

  it('may take longer than the clock of the first byte, and its answer may not', async () => {
    const body = (): { readonly kind: 'stream'; readonly stream: AsyncIterable<Uint8Array> } => ({ kind: 'stream', stream: slowly() });
    const patient = { ...relay, clocks: { ...relay.clocks, firstByte: 1000 } };
    expect((await carryUpload(upstream(true), patient, body())).status).toBe(200);
    await expect(carryUpload(upstream(false), patient, body())).rejects.toMatchObject({ code: 'timeout_first_byte' });
  });
});

describe('a provider that fails', () => {
  it.each([
    ['is away', 'resetBeforeHeaders', [502, 'upstream_reset']],
    ['answers with a page', 'okWithHtml', [502, 'upstream_garbage']],
    ['answers with an empty 500', 'status500Empty', [500, undefined]],
    ['leads elsewhere', 'redirect', [502, 'upstream_redirect']],
    ['says more than comes', 'wrongContentLength', [502, 'upstream_eof']],
  ] as const)('shows nobody a list, and notes nothing, where it %s', async (_how, name, [status, code]) => {
    const account = await makeAccount();
    const anna = await account.caller({ owner: 'anna' });
    await account.operator.make('/v1/files', fileForm());
    account.upstream.behave({ fault: () => ({ name }) });
    const list = await anna.ask('GET', '/v1/files');
    const made = await anna.ask('POST', '/v1/files', fileForm());
    for (const answer of [list, made]) {
      expect([answer.status, answer.json?.['code']]).toEqual([status, code]);
      expect(answer.text).not.toContain('"filename"');
    }
    expect(await account.owners.list('anna')).toEqual({ objects: [] });
    expect(account.receipts.slice(-2).map(({ outcome }) => outcome)).not.toContain('ok');
  });

  it('is told as it failed where the answer to a form breaks off', async () => {
    const account = await makeAccount();
    const anna = await account.caller();
    const form = new FormData();
    for (const [name, value] of Object.entries({ model: 'voxtral-mini-latest', file_url: 'https://files.example/a.mp3' }))
      form.append(name, value);
    account.upstream.behave({ fault: () => ({ name: 'wrongContentLength' }) });
    const answer = await anna.ask('POST', '/v1/audio/transcriptions', form);
    expect([answer.status, answer.json?.['code'], account.receipts.at(-1)?.outcome]).toEqual([502, 'upstream_eof', 'upstream_eof']);
  });

  it('cuts a stream that it cuts, and writes nothing into it', async () => {
    const account = await makeAccount();
    const form = new FormData();
    for (const [name, value] of Object.entries({ model: 'voxtral-mini-latest', stream: 'true', file_url: 'https://files.example/a.mp3' }))
      form.append(name, value);
    account.upstream.behave({ fault: { name: 'halfEventThenReset' } });
    const text: string[] = [];
    const response = await account.proxy.fetch('http://proxy.example/mistral/v1/audio/transcriptions', {
      method: 'POST',
      headers: { authorization: `Bearer ${await account.key()}` },
      body: form,
    });
    const reading = (async () => {
      for await (const chunk of response.body ?? []) text.push(new TextDecoder().decode(chunk));
    })();
    await expect(reading).rejects.toThrow(/the provider/i);
    expect(text.join('')).toContain('transcription.language');
    expect(text.join('')).not.toContain('upstream_');
    expect(account.receipts.at(-1)?.outcome).toMatch(/^upstream_/);
  });
});
