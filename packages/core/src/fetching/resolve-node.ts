import { isIP } from 'node:net';
import type { Destination } from './judge-url.ts';
import type { Lookup } from './lookup-node.ts';
import { isPublicAddress } from './public-address.ts';

/** How names become addresses, and which networks are this machine's own. */
export interface Resolving {
  readonly lookup: Lookup;
  readonly trustedLookup: Lookup;
  readonly ownNetworks: () => readonly string[];
}

/** The addresses to connect to, judged; nothing where there are none, or where one of them is not public and the host not trusted. */
export async function resolve(
  { hostname, trusted }: Destination,
  resolving: Resolving,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  const lookup = trusted ? resolving.trustedLookup : resolving.lookup;
  const addresses = isIP(hostname) === 0 ? await unlessAborted(lookup(hostname, signal), signal) : [hostname];
  // The connection would take whatever is no address for another name to look up.
  if (addresses.length === 0 || addresses.some((address) => isIP(address) === 0)) return undefined;
  if (trusted) return addresses;
  const own = resolving.ownNetworks();
  return addresses.every((address) => isPublicAddress(address, own)) ? addresses : undefined;
}

/** A look-up goes on when nobody waits any more: the system's cannot be ended. */
function unlessAborted(lookup: Promise<readonly string[]>, signal: AbortSignal): Promise<readonly string[]> {
  return new Promise((give, fail) => {
    const onAbort = (): void => fail(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    // What goes wrong with a name is told no better than that it leads nowhere.
    void lookup
      .catch(() => [])
      .then(give)
      .finally(() => signal.removeEventListener('abort', onAbort));
  });
}
