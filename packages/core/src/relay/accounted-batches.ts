import type { Provider } from '../provider/provider.ts';

/** How many batches are remembered of a provider; the oldest are forgotten. */
const most = 10_000;

const accounted = new WeakMap<Provider, Set<string>>();

/** Whether the results of a batch that begin with this one are seen whole for the first time by this process. Who downloads them again pays nothing again. */
export function isFirstTime(provider: Provider, firstResult: string): boolean {
  let known = accounted.get(provider);
  if (!known) accounted.set(provider, (known = new Set()));
  if (known.has(firstResult)) return false;
  known.add(firstResult);
  if (known.size > most) {
    for (const oldest of known) {
      known.delete(oldest);
      break;
    }
  }
  return true;
}
