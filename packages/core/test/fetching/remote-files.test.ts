import { describe, expect, it } from 'vitest';
import { callerLeft } from '../../src/errors/caller-left.ts';
import { createDownload } from '../../src/fetching/fetching-web.ts';
import { createRemoteFiles } from '../../src/fetching/remote-files.ts';
import type { RemoteFiles } from '../../src/fetching/remote-files.ts';
import type { RemoteFileRules } from '../../src/fetching/remote-file-rules.ts';
import type { Call } from '../../src/index.ts';
import { makeCall } from '../faces/openai/make-call.ts';
import { createGate } from '../fixtures/gate.ts';
import { trackTimers } from '../fixtures/timers.ts';
import { file, param, refusalOf, rules } from './download-of.ts';
import { png } from './pictures.ts';

type Work = (url: string, take: (bytes: number) => void, signal: AbortSignal) => Promise<void> | void;

/** Files that come from nowhere: `work` stands for the network. Each is a picture that ends with the number of its turn. */
function filesOf(work: Work = () => {}, more: Partial<RemoteFileRules> = {}): RemoteFiles & { readonly asked: string[] } {
  const asked: string[] = [];
  const remoteFiles = createRemoteFiles({ ...rules, ...more }, async ({ url }, take, signal) => {
    const turn = asked.push(url);
    await work(url, take, signal);
    return { type: 'image/png', bytes: png(turn) };
  });
  return { ...remoteFiles, asked };
}

const callUntil = (signal: AbortSignal): Call => ({ ...makeCall('chat'), signal });

/** What a network does that is never done. */
const untilAborted: Work = (_url, _take, signal) =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });

describe('the files of a call', () => {
  it('are given by their URLs as they were written', async () => {
    const { fetch, asked } = filesOf();
    const fetched = await fetch(makeCall('chat'), [file('http://a.example'), file('http://a.example/')]);
    expect([...fetched].map(([url, { type, bytes }]) => [url, type, bytes[8]])).toEqual([
      ['http://a.example', 'image/png', 1],
      ['http://a.example/', 'image/png', 2],
    ]);
    expect(asked).toEqual(['http://a.example', 'http://a.example/']);
  });

  it('that are named several times are fetched once', async () => {
    const { fetch, asked } = filesOf();
    const fetched = await fetch(makeCall('chat'), [file('a'), file('b'), file('a'), file('a')]);
    expect([fetched.size, asked]).toEqual([2, ['a', 'b']]);
  });

  it('are not fetched again for the next attempt, which may name more', async () => {
    const { fetch, asked } = filesOf();
    const call = makeCall('chat');
    const first = await fetch(call, [file('a')]);
    const firstBytes = first.get('a')?.bytes;
    const second = await fetch(call, [file('b'), file('a')]);
    expect(second.get('a')?.bytes).toBe(firstBytes);
    expect(asked).toEqual(['a', 'b']);
  });

  it('are each call’s own', async () => {
    const { fetch, asked } = filesOf();
    await fetch(makeCall('chat'), [file('a')]);
    await fetch(makeCall('chat'), [file('a')]);
    expect(asked).toEqual(['a', 'a']);
  });

  it('are let go of when the call has its answer', async () => {
    const { fetch, release, asked } = filesOf();
    const call = makeCall('chat');
    const fetched = await fetch(call, [file('a')]);
    release(call);
    expect(fetched.size).toBe(0);
    await fetch(call, [file('a')]);
    expect(asked).toEqual(['a', 'a']);
    release(makeCall('chat'));
  });

  it('can be none', async () => {
    const { fetch, asked } = filesOf();
    expect([(await fetch(makeCall('chat'), [])).size, asked]).toEqual([0, []]);
  });

  it('come side by side, four at a time', async () => {
    const gates = Array.from({ length: 8 }, () => createGate());
    let [underWay, most] = [0, 0];
    const { fetch, asked } = filesOf(async (url) => {
      most = Math.max(most, (underWay += 1));
      await gates[Number(url)]?.opened;
      underWay -= 1;
    });
    const fetching = fetch(
      makeCall('chat'),
      gates.map((_, index) => file(String(index))),
    );
    expect(asked).toEqual(['0', '1', '2', '3']);
    gates[2]?.open();
    await gates[2]?.opened;
    for (const gate of gates) gate.open();
    expect([(await fetching).size, most]).toEqual([8, 4]);
  });
});

describe('a call that names too much', () => {
  it('is refused for the place that is one too many, and nothing is fetched', async () => {
    const { fetch, asked } = filesOf(() => {}, { maxFiles: 2 });
    const places = ['a', 'b', 'c', 'd'].map((url, index) => file(url, { param: index === 2 ? param : 'another' }));
    const { code, message } = await refusalOf(fetch(makeCall('chat'), places));
    expect([code, message]).toEqual(['remote_file_refused', expect.stringContaining('may name 2 files by URL')]);
    expect(asked).toEqual([]);
  });

  it('is refused for one file in too many places: each of them goes up', async () => {
    const { fetch, asked } = filesOf();
    expect(
      (
        await refusalOf(
          fetch(
            makeCall('chat'),
            Array.from({ length: 9 }, () => file('a')),
          ),
        )
      ).code,
    ).toBe('remote_file_refused');
    expect(asked).toEqual([]);
  });

  it.each([
    ['one', ['a'], 101],
    ['two together', ['a', 'b'], 51],
    ['one that is named twice', ['a', 'a'], 51],
    ['one that is named four times', ['a', 'a', 'a', 'a'], 26],
  ])('is refused for the bytes of %s', async (_what, urls, size) => {
    const named = urls.map((url) => file(url));
    const { fetch } = filesOf((_url, take) => take(size), { maxTotalBytes: 100 });
    const { code, message } = await refusalOf(fetch(makeCall('chat'), named));
    expect([code, message]).toEqual(['remote_file_too_large', expect.stringContaining('larger than 100 bytes together')]);
    const smaller = filesOf((_url, take) => take(size - 1), { maxTotalBytes: 100 });
    expect((await smaller.fetch(makeCall('chat'), named)).size).toBe(new Set(urls).size);
  });

  it('is refused for what an attempt before has fetched, too', async () => {
    const { fetch } = filesOf((_url, take) => take(png().length), { maxTotalBytes: 30 });
    const call = makeCall('chat');
    await fetch(call, [file('a'), file('b')]);
    expect((await refusalOf(fetch(call, [file('a'), file('b'), file('c')]))).code).toBe('remote_file_too_large');
  });
});

describe('a file that one place can use', () => {
  it('is refused at another that takes no such type', async () => {
    const { fetch } = filesOf();
    const call = makeCall('chat');
    await fetch(call, [file('a')]);
    expect((await refusalOf(fetch(call, [file('a', { accept: ['image/webp'] })]))).code).toBe('remote_file_wrong_type');
    expect((await refusalOf(fetch(makeCall('chat'), [file('a'), file('a', { accept: ['image/jpeg'] })]))).code).toBe(
      'remote_file_wrong_type',
    );
  });

  it('is refused at another that takes none so large', async () => {
    const { fetch } = filesOf();
    const call = makeCall('chat');
    await fetch(call, [file('a')]);
    const { code, message } = await refusalOf(fetch(call, [file('a', { maxBytes: 11 })]));
    expect([code, message]).toEqual(['remote_file_too_large', expect.stringContaining('larger than 11 bytes')]);
  });
});

describe('files that do not come', () => {
  it('end each other with the first failure, which is what is told', async () => {
    const ended: string[] = [];
    const failure = new Error('first');
    const { fetch, asked } = filesOf(async (url, take, signal) => {
      if (url === 'b') throw failure;
      await Promise.resolve(untilAborted(url, take, signal)).catch((reason: unknown) => {
        ended.push(url);
        throw reason;
      });
    });
    const fetching = fetch(
      makeCall('chat'),
      ['a', 'b', 'c', 'd', 'e', 'f'].map((url) => file(url)),
    );
    await expect(fetching).rejects.toBe(failure);
    expect([asked, ended]).toEqual([
      ['a', 'b', 'c', 'd'],
      ['a', 'c', 'd'],
    ]);
  });

  it('in their time are a mistake of whoever named them', async () => {
    const armed = trackTimers();
    const { fetch } = filesOf((url, take, signal) => (url === 'http://slow.example/' ? untilAborted(url, take, signal) : undefined), {
      timeout: 1,
    });
    const { code, message } = await refusalOf(fetch(makeCall('chat'), [file('http://quick.example/'), file('http://slow.example/')]));
    expect([code, message]).toEqual([
      'remote_file_timeout',
      expect.stringContaining('"slow.example" has not sent the file within the 1 ms'),
    ]);
    expect(armed()).toBe(0);
  });

  it('before the caller leaves are not told of', async () => {
    const armed = trackTimers();
    const gone = callerLeft();
    const ending = new AbortController();
    const { fetch } = filesOf(untilAborted);
    const fetching = fetch(callUntil(ending.signal), [file('a')]);
    ending.abort(gone);
    await expect(fetching).rejects.toBe(gone);
    expect(armed()).toBe(0);
  });

  it('for a caller who has left already are not asked for', async () => {
    const gone = callerLeft();
    const { fetch, asked } = filesOf();
    await expect(fetch(callUntil(AbortSignal.abort(gone)), [file('a')])).rejects.toBe(gone);
    expect(asked).toEqual([]);
  });

  it('leave no clock behind when they do', async () => {
    const armed = trackTimers();
    const { fetch } = filesOf();
    await fetch(makeCall('chat'), [file('a')]);
    expect(armed()).toBe(0);
  });
});

describe('where there is no Node', () => {
  it('every file is refused, and says why', async () => {
    const { fetch } = createRemoteFiles(rules, createDownload(rules));
    const { code, message } = await refusalOf(fetch(makeCall('chat'), [file('https://pictures.example/a.png')]));
    expect([code, message]).toEqual(['remote_file_refused', expect.stringContaining('cannot see which address a name leads to')]);
  });
});
