import { madeUpKey } from '@ai-proxy/testing';
import { describe, expect, it } from 'vitest';
import { createKeyMemory } from '../../src/key-cache/key-memory.ts';

const [one, two, three] = [madeUpKey(1), madeUpKey(2), madeUpKey(3)];

describe('what is remembered of keys', () => {
  it('is forgotten under every hash at once', () => {
    const memory = createKeyMemory(10, 1000, () => 0);
    memory.keep('now', one);
    memory.keep('earlier', one);
    memory.keep('other', two);
    memory.forget(one.id);
    expect([memory.find('now'), memory.find('earlier'), memory.find('other')]).toEqual([undefined, undefined, two]);
  });

  it('is bounded, and the one that was used longest ago makes room', () => {
    const memory = createKeyMemory(2, 1000, () => 0);
    memory.keep('one', one);
    memory.keep('two', two);
    memory.find('one');
    memory.keep('three', three);
    expect([memory.find('one'), memory.find('two'), memory.find('three')]).toEqual([one, undefined, three]);
  });

  it('holds for its time, counted from when it was kept', () => {
    let now = 0;
    const memory = createKeyMemory(2, 1000, () => now);
    memory.keep('one', one);
    now = 999;
    expect(memory.find('one')).toBe(one);
    now = 1000;
    expect(memory.find('one')).toBe(undefined);
  });
});
