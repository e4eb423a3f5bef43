import { networkInterfaces } from 'node:os';

/** The networks that this machine stands in, in CIDR notation, its own addresses with them. Asked anew each time: interfaces come and go. */
export function ownNetworks(): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).flatMap(({ cidr }) => cidr ?? []));
}
