import type { StoreName } from './cases.ts';
import type { Fault } from './faults.ts';
import type { FaultReport } from './run-fault.ts';
import { successOf } from './run-fault.ts';
import { useNames } from './uses.ts';
import type { UseName } from './uses.ts';

/** What the failure policy says of a use while some stores are away: all that a caller may get, and what somebody has to have got. */
export interface Policy {
  readonly allowed: readonly string[];
  readonly seen: readonly string[];
}

type Failure = Pick<Fault<never>, 'leaves' | 'countsOn'>;

const isBudget = (use: UseName): boolean => use === 'budget' || use === 'budget that is not open';

/** Nothing that it guards is open by guess, and nothing else is touched. */
export function policyOf(use: UseName, { leaves, countsOn }: Failure, given: readonly StoreName[]): Policy {
  const away = countsOn ? given.filter((store) => store !== 'counter') : given;
  const success = successOf(use);
  const isDead = leaves === 'nothing';
  const isCertain = leaves !== 'something';
  const closed = (store: StoreName): string => `503 ${store}`;
  const allowed = new Set([success]);
  const seen = new Set<string>();
  const close = (store: StoreName, isSeen: boolean): void => {
    allowed.add(closed(store));
    if (isSeen && isCertain) seen.add(closed(store));
  };
  const counts = isBudget(use) || use === 'requests per minute' || use === 'calls at once' || use === 'listing';

  // Keys: what is remembered holds for two seconds, then nobody comes in. Reading is enough for all but new keys.
  if (away.includes('keys')) close('keys', isDead || use === '/key/generate');
  // The counter: money is closed, and what only holds a rush back is let through in part.
  if (away.includes('counter')) {
    if (isBudget(use)) close('counter', !away.includes('keys'));
    else if (use === '/me/usage') close('counter', isDead && !away.includes('keys'));
    else if (counts) allowed.add('429');
  }
  // The ledger: only what has to be read from it waits for it.
  if (away.includes('ledger') && (use === 'budget that is not open' || use === '/me/usage')) close('ledger', false);
  // Whoever may still read knows every key.
  if (leaves === 'reading' && use !== '/key/generate') seen.add(isBudget(use) && away.includes('counter') ? closed('counter') : success);
  // A store that is asked for the right to write may be late on a busy machine.
  if (given.includes('counter') && (isBudget(use) || use === '/me/usage')) allowed.add(closed('counter'));
  return { allowed: [...allowed], seen: [...seen] };
}

/** What a report shows that should not be: in words, one for each. */
export function faultsIn(report: FaultReport, fault: Failure, away: readonly StoreName[]): readonly string[] {
  const faults: string[] = [];
  for (const use of useNames) {
    const { before, during, back, after, last, slowest } = report.uses[use];
    const { allowed, seen } = policyOf(use, fault, away);
    const all = Object.keys({ ...before, ...during, ...back, ...after });
    const unexpected = all.filter((what) => !allowed.includes(what));
    if (unexpected.length > 0) faults.push(`${use}: ${unexpected.join(', ')}`);
    const unseen = seen.filter((what) => !Object.hasOwn(during, what));
    if (unseen.length > 0) faults.push(`${use}: nobody got ${unseen.join(', ')}`);
    // Budgets that nobody can count are shut, every one of them.
    if (fault.leaves !== 'something' && !fault.countsOn && away.includes('counter') && isBudget(use) && Object.hasOwn(during, '200'))
      faults.push(`${use}: ${during['200']} let through uncounted`);
    if (last !== successOf(use)) faults.push(`${use}: ${last} in the end`);
    if (slowest > hangs) faults.push(`${use}: took ${Math.round(slowest)} ms`);
  }
  const { truth, ledger, missing, surplus, counterBeyond, reserved } = report.books;
  if (truth !== ledger) faults.push(`the ledger has ${ledger} of ${truth}`);
  if (missing + surplus > 0) faults.push(`the ledger misses ${missing} calls, and has ${surplus} too many`);
  if (counterBeyond < 0) faults.push(`the counter has lost ${-counterBeyond}`);
  if (reserved !== 0) faults.push(`${reserved} are reserved for nobody`);
  if (!Object.keys(report.streams).every((what) => what === '200')) faults.push(`streams: ${JSON.stringify(report.streams)}`);
  return faults;
}

/** Nobody waits so long: a question of the ledger's may take five seconds, any other a fraction of one. */
const hangs = 15_000;

/** Uses whose first call failed, an interval after the server was back. */
export const lateUses = (report: FaultReport): readonly UseName[] => useNames.filter((use) => report.uses[use].first !== successOf(use));
