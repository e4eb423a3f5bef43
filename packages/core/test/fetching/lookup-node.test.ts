import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { createServerLookup, lookupBySystemRules } from '../../src/fetching/lookup-node.ts';
import { ownNetworks } from '../../src/fetching/own-networks-node.ts';
import { isPublicAddress } from '../../src/fetching/public-address.ts';
import { createGate } from '../fixtures/gate.ts';
import { startNameServer } from './name-server.ts';

const stays = new AbortController().signal;
const loopback6 = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
const compatible6 = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 93, 184, 215, 14];

describe('the look-up of a name', () => {
  it('gives every address of both kinds', async () => {
    const { address, asked } = await startNameServer({
      'both.example': {
        A: [
          [93, 184, 215, 14],
          [10, 0, 0, 1],
        ],
        AAAA: [loopback6],
      },
      'four.example': { A: [[8, 8, 8, 8]] },
      'six.example': { AAAA: [compatible6] },
      'none.example': {},
    });
    const lookup = createServerLookup([address]);
    expect((await lookup('both.example', stays)).toSorted()).toEqual(['10.0.0.1', '93.184.215.14', '::1']);
    expect(await lookup('four.example', stays)).toEqual(['8.8.8.8']);
    expect(await lookup('none.example', stays)).toEqual([]);
    expect(await lookup('unknown.example', stays)).toEqual([]);
    const [compatible = ''] = await lookup('six.example', stays);
    expect(isPublicAddress(compatible, [])).toBe(false);
    expect(asked).toContain('AAAA four.example');
  });

  it('does not go through hosts files and search domains', async () => {
    const { address, asked } = await startNameServer({});
    expect(await createServerLookup([address])('localhost.localdomain', stays)).toEqual([]);
    expect(new Set(asked)).toEqual(new Set(['A localhost.localdomain', 'AAAA localhost.localdomain']));
  });

  it('ends when the call does', async () => {
    const asked = createGate();
    const { address } = await startNameServer({ 'slow.example': 'silence' }, asked.open);
    const ending = new AbortController();
    const lookup = createServerLookup([address])('slow.example', ending.signal);
    await asked.opened;
    ending.abort();
    expect(await lookup).toEqual([]);
  });

  it('of a name that the operator trusts goes as the system has it', async () => {
    const found = await lookupBySystemRules('localhost', stays);
    expect(found.filter((address) => address === '127.0.0.1' || address === '::1')).toEqual(found);
    expect(found).not.toEqual([]);
  });
});

describe('the networks of this machine', () => {
  it('hold its own addresses, which are then not public', () => {
    const own = ownNetworks();
    const addresses = Object.values(networkInterfaces()).flatMap((some) => (some ?? []).map(({ address }) => address));
    expect(addresses).not.toEqual([]);
    for (const address of addresses) expect([address, isPublicAddress(address, own)]).toEqual([address, false]);
  });
});
