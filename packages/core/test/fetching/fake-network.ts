import { connect } from 'node:net';
import type { Network } from '../../src/fetching/fetching-node.ts';
import { isPublicAddress } from '../../src/fetching/public-address.ts';

/** Addresses of the internet that nobody is asked at: every connection ends at a server of the test. */
export const publicAddress = '93.184.215.14';
export const publicAddress6 = '2606:2800:21f:cb07:6820:80da:af6b:8b2c';

export interface Dialled {
  readonly hostname: string;
  readonly port: number;
  readonly addresses: readonly string[];
}

export interface FakeNetwork extends Network {
  readonly dialled: readonly Dialled[];
  readonly lookedUp: readonly string[];
  /** How many of the addresses that were connected to are not public. */
  inside(): number;
}

export interface FakeNetworkOptions {
  /** What a name leads to; a public address by default. */
  readonly lookup?: (hostname: string) => readonly string[] | Promise<readonly string[]>;
  readonly ownNetworks?: readonly string[];
  /** Where connections end; by default nowhere. */
  readonly server?: string;
  /** The same for single names. */
  readonly servers?: Readonly<Record<string, string>>;
}

/** A network whose names and addresses are made up, and whose connections are real. */
export function fakeNetwork(options: FakeNetworkOptions = {}): FakeNetwork {
  const dialled: Dialled[] = [];
  const lookedUp: string[] = [];
  const lookup = async (hostname: string): Promise<readonly string[]> => {
    lookedUp.push(hostname);
    return options.lookup ? options.lookup(hostname) : [publicAddress];
  };
  return {
    dialled,
    lookedUp,
    inside: () => dialled.flatMap(({ addresses }) => addresses).filter((address) => !isPublicAddress(address, [])).length,
    lookup,
    trustedLookup: lookup,
    ownNetworks: () => options.ownNetworks ?? [],
    dial(hostname, port, addresses) {
      dialled.push({ hostname, port, addresses });
      const target = options.servers?.[hostname] ?? options.server;
      // Nobody listens at port 1.
      return connect({ host: '127.0.0.1', port: target === undefined ? 1 : Number(new URL(target).port) });
    },
  };
}
