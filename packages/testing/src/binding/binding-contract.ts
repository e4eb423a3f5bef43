import { ContractViolation } from '../contract/contract-check.ts';
import type { ContractCheck } from '../contract/contract-check.ts';
import type { Behaviour } from './behaviour.ts';
import { applicationBehaviours } from './behaviours/applications.ts';
import { brokenRelayBehaviours } from './behaviours/broken-relays.ts';
import { brokenStreamBehaviours } from './behaviours/broken-streams.ts';
import { callerBehaviours } from './behaviours/callers.ts';
import { connectionBehaviours } from './behaviours/connections.ts';
import { corsBehaviours } from './behaviours/cors.ts';
import { leavingBehaviours } from './behaviours/leaving.ts';
import { nativeBehaviours } from './behaviours/native-routes.ts';
import { pathBehaviours } from './behaviours/paths.ts';
import { relayBehaviours } from './behaviours/relays.ts';
import { requestBodyBehaviours } from './behaviours/request-bodies.ts';
import { slowReaderBehaviours } from './behaviours/slow-readers.ts';
import { streamBehaviours } from './behaviours/streams.ts';
import { upgradeBehaviours } from './behaviours/upgrades.ts';
import { wholeAnswerBehaviours } from './behaviours/whole-answers.ts';
import type { BindingAbility, BindingUnderTest } from './binding-under-test.ts';
import { createScene } from './scene.ts';

/** One behaviour of one binding. Any test runner can run it: `it(check.name, { skip: check.skip }, check.run)` with `node:test`. */
export interface BindingCheck extends ContractCheck {
  /** Why it cannot be asked of this binding, in the binding's own words; where it is there, the check is to be shown and not run. */
  readonly skip?: string;
}

/** How a contract is run. */
export interface BindingContractOptions {
  /** Milliseconds after which a behaviour is said to hang: none waits for a clock of its own. Default 15 000. */
  readonly patience?: number;
}

/** Every behaviour, by theme. */
export const behaviours: readonly Behaviour[] = [
  ...wholeAnswerBehaviours,
  ...pathBehaviours,
  ...corsBehaviours,
  ...connectionBehaviours,
  ...requestBodyBehaviours,
  ...streamBehaviours,
  ...brokenStreamBehaviours,
  ...slowReaderBehaviours,
  ...leavingBehaviours,
  ...nativeBehaviours,
  ...relayBehaviours,
  ...brokenRelayBehaviours,
  ...upgradeBehaviours,
  ...callerBehaviours,
  ...applicationBehaviours,
];

/**
 * What callers of a binding rely on, whatever its framework: a list of checks, to be run one after the other. Each starts the binding in front of an upstream
 * of its own and looks at both sides.
 */
export function bindingContract(binding: BindingUnderTest, options: BindingContractOptions = {}): readonly BindingCheck[] {
  return [...behaviours.map((behaviour) => toCheck(binding, behaviour, options)), ...lackChecks(binding, options)];
}

/** What is declared as lacking is tried as well: a list of excuses would grow stale, and nobody would see what a new version of a framework can do. */
function lackChecks({ name, start, lacks = {} }: BindingUnderTest, { patience = 15_000 }: BindingContractOptions): BindingCheck[] {
  const abilities = new Set(behaviours.flatMap(({ needs = [] }) => needs));
  // Without sockets there is nothing to try them on.
  abilities.delete('sockets');
  return [...abilities].flatMap((ability) => {
    const tried = behaviours.filter(
      ({ needs = [] }) => needs.includes(ability) && needs.every((one) => one === ability || !(one in lacks)),
    );
    if (!(ability in lacks) || tried.length === 0) return [];
    const checks = tried.map((behaviour) => toCheck({ name, start }, behaviour, { patience: Math.min(patience, 2000) }));
    return [{ name: `it lacks what it says that it lacks: ${ability}`, run: () => demandOneMissed(checks, ability) }];
  });
}

async function demandOneMissed(checks: readonly BindingCheck[], ability: BindingAbility): Promise<void> {
  for (const { run } of checks) {
    const isKept = await run().then(
      () => true,
      () => false,
    );
    if (!isKept) return;
  }
  throw new ContractViolation(`the binding does everything that takes "${ability}": it need not be left out`);
}

/** A behaviour of a binding as a check, skipped where it lacks what it takes. */
export function toCheck(
  binding: BindingUnderTest,
  { name, needs = [], run }: Behaviour,
  { patience = 15_000 }: BindingContractOptions,
): BindingCheck {
  const reason = needs.map((ability) => binding.lacks?.[ability]).find((text) => text !== undefined);
  return {
    name,
    ...(reason === undefined ? {} : { skip: reason }),
    async run() {
      const scene = createScene(binding);
      try {
        await within(patience, run(scene), 'It hangs: what the behaviour waits for did not come.');
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        throw new ContractViolation(`${message}\n\n${scene.describe()}`, { cause: error });
      } finally {
        await within(patience, scene.close(), 'The server does not close: something of the behaviour is still open.');
      }
    },
  };
}

async function within(milliseconds: number, work: Promise<void>, otherwise: string): Promise<void> {
  let clock: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    clock = setTimeout(() => reject(new ContractViolation(otherwise)), milliseconds);
  });
  try {
    await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(clock);
  }
}
