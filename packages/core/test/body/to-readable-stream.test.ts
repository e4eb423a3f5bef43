import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { collect } from '../../src/body/collect.ts';
import { toReadableStream } from '../../src/body/to-readable-stream.ts';
import { createGate } from '../fixtures/gate.ts';

describe('toReadableStream', () => {
  it('reads its source only when it is read itself', async () => {
    let made = 0;
    const source = (async function* () {
      for (;;) yield `piece ${(made += 1)};`;
    })();
    const reader = toReadableStream(source).getReader();
    await new Promise(setImmediate);
    expect(made).toBe(0);
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('piece 1;');
    await new Promise(setImmediate);
    expect(made).toBe(1);
    await reader.cancel();
  });

  it('stops its source when its reader leaves, and says so first', async () => {
    const order: string[] = [];
    const source = (async function* () {
      try {
        yield 'a';
        yield 'b';
      } finally {
        order.push('stopped');
      }
    })();
    const reader = toReadableStream(source, { onCancel: () => order.push('left') }).getReader();
    await reader.read();
    await reader.cancel();
    expect(order).toEqual(['left', 'stopped']);
  });

  it('ends when its source ends and breaks when it breaks', async () => {
    const whole = toReadableStream(
      (async function* () {
        yield 'a';
        yield new Uint8Array([98]);
      })(),
    );
    expect(await new Response(whole).text()).toBe('ab');
    const broken = toReadableStream(
      (async function* () {
        yield 'a';
        throw new Error('reset');
      })(),
    );
    await expect(new Response(broken).text()).rejects.toThrow('reset');
  });

  it('breaks in a turn of its own, so that who writes the last piece into a socket has written it', async () => {
    const order: string[] = [];
    const broken = toReadableStream(
      (async function* () {
        yield 'why';
        throw new Error('reset');
      })(),
    );
    const pipe = broken.pipeTo(
      new WritableStream({
        write() {
          process.nextTick(() => order.push('sent'));
        },
        abort() {
          order.push('cut');
        },
      }),
    );
    await expect(pipe).rejects.toThrow('reset');
    expect(order).toEqual(['sent', 'cut']);
  });

  describe('with a sign of life', () => {
    const keepAlive = { sign: ': alive\n', after: 1 };
    const text = (piece: Uint8Array | undefined): string => new TextDecoder().decode(piece);

    it('shows it while the source is silent and its reader waits', async () => {
      const gate = createGate();
      const source = (async function* () {
        yield 'a';
        await gate.opened;
        yield 'b';
      })();
      const reader = toReadableStream(source, { keepAlive }).getReader();
      expect(text((await reader.read()).value)).toBe('a');
      expect(text((await reader.read()).value)).toBe(keepAlive.sign);
      expect(text((await reader.read()).value)).toBe(keepAlive.sign);
      gate.open();
      let rest = '';
      for (let next = await reader.read(); !next.done; next = await reader.read()) rest += text(next.value);
      expect(rest.replaceAll(keepAlive.sign, '')).toBe('b');
    });

    it('keeps one at most for a reader who does not come for it', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
      onTestFinished(() => void vi.useRealTimers());
      const gate = createGate();
      const source = (async function* () {
        await gate.opened;
        yield 'a';
      })();
      const reader = toReadableStream(source, { keepAlive: { sign: keepAlive.sign, after: 1000 } }).getReader();
      const first = reader.read();
      await vi.advanceTimersByTimeAsync(10_000);
      expect(text((await first).value)).toBe(keepAlive.sign);
      gate.open();
      let rest = '';
      for (let next = await reader.read(); !next.done; next = await reader.read()) rest += text(next.value);
      expect(rest).toBe(`${keepAlive.sign}a`);
    });

    it('begins with one where the source begins with silence, for hosts that send headers together with the first piece', async () => {
      const silent = (async function* (): AsyncGenerator<string> {
        await createGate().opened;
        yield 'never';
      })();
      const reader = toReadableStream(silent, { keepAlive: { sign: keepAlive.sign, after: 3_600_000 } }).getReader();
      expect(text((await reader.read()).value)).toBe(keepAlive.sign);
      const prompt = toReadableStream(
        (async function* () {
          yield 'a';
        })(),
        { keepAlive },
      );
      expect(await new Response(prompt).text()).toBe('a');
    });

    it.each(['ended', 'broken', 'left'] as const)('lets go of its clock where it is %s', async (how) => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
      onTestFinished(() => void vi.useRealTimers());
      const source = (async function* () {
        yield 'a';
        if (how === 'broken') throw new Error('reset');
      })();
      const reader = toReadableStream(source, { keepAlive: { sign: keepAlive.sign, after: 1000 } }).getReader();
      await reader.read();
      const end = how === 'left' ? reader.cancel() : reader.read().catch(() => 'broken');
      await vi.advanceTimersByTimeAsync(10);
      await end;
      expect(vi.getTimerCount()).toBe(0);
    });
  });
});

describe('a stream with patience', () => {
  const fake = (): void => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
  };
  const endless = (size: number, order: string[]): AsyncIterable<Uint8Array> =>
    (async function* () {
      try {
        for (;;) yield new Uint8Array(size);
      } finally {
        order.push('stopped');
      }
    })();

  it('gives a reader up who does not come back, says so first, and stops its source', async () => {
    fake();
    const order: string[] = [];
    const reason = new Error('stalled');
    const onExpired = (): void => void order.push('expired');
    const reader = toReadableStream(endless(10, order), { patience: { limit: 1000, reason, onExpired } }).getReader();
    await reader.read();
    await vi.advanceTimersByTimeAsync(900);
    await reader.read();
    await vi.advanceTimersByTimeAsync(900);
    expect(order).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    expect(order).toEqual(['expired', 'stopped']);
    await expect(reader.read()).rejects.toBe(reason);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('has more of it for a piece that takes longer', async () => {
    fake();
    const order: string[] = [];
    const patience = { limit: 1000, reason: new Error('stalled'), onExpired: () => void order.push('expired') };
    const reader = toReadableStream(endless(64 * 1024, order), { patience }).getReader();
    await reader.read();
    await vi.advanceTimersByTimeAsync(3900);
    expect(order).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    expect(order).toEqual(['expired', 'stopped']);
  });

  it('never loses it while the source is slow', async () => {
    fake();
    const gate = createGate();
    const source = (async function* () {
      yield 'a';
      await gate.opened;
    })();
    const patience = { limit: 1000, reason: new Error('stalled'), onExpired: () => expect.unreachable() };
    const whole = new Response(toReadableStream(source, { patience })).text();
    await vi.advanceTimersByTimeAsync(10_000);
    gate.open();
    expect(await whole).toBe('a');
  });
});

describe('collect', () => {
  const pieces = async function* (...sizes: number[]): AsyncGenerator<Uint8Array> {
    for (const [index, size] of sizes.entries()) yield new Uint8Array(size).fill(index);
  };

  it('makes one piece of all', async () => {
    expect(await collect(pieces(), 10)).toEqual(new Uint8Array());
    expect(await collect(pieces(2), 10)).toEqual(Uint8Array.of(0, 0));
    expect(await collect(pieces(2, 1, 0, 1), 4)).toEqual(Uint8Array.of(0, 0, 1, 3));
  });

  it('gives nothing where there is more than the bound', async () => {
    expect(await collect(pieces(2, 3), 4)).toBeUndefined();
    expect(await collect(pieces(1), 0)).toBeUndefined();
    expect(await collect(pieces(0), 0)).toEqual(new Uint8Array());
  });
});
