import { lookup as lookupBySystem, Resolver } from 'node:dns/promises';

/** The addresses of a name, none where it has none. */
export type Lookup = (hostname: string, signal: AbortSignal) => Promise<readonly string[]>;

/**
 * Asks name servers, by default those of the system, IPv4 first. The system's own resolver is left alone: it holds one of the few threads that the whole
 * process has for as long as whoever owns the name likes to be slow, it cannot be cancelled, and it knows hosts files and search domains, whose names are
 * names of the inside.
 */
export function createServerLookup(servers?: readonly string[]): Lookup {
  return async (hostname, signal) => {
    const resolver = new Resolver({ timeout: 2500, tries: 2 });
    if (servers) resolver.setServers(servers);
    const cancel = (): void => resolver.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const answers = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
      return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  };
}

/** Asks the system, for names that the operator has given: such may stand in a hosts file. */
export const lookupBySystemRules: Lookup = async (hostname) => {
  const answers = await lookupBySystem(hostname, { all: true, order: 'ipv4first' });
  return answers.map(({ address }) => address);
};
