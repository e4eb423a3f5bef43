import { describe, expect, it } from 'vitest';
import { collect } from '../../src/body/collect.ts';
import { toReadableStream } from '../../src/body/to-readable-stream.ts';

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
