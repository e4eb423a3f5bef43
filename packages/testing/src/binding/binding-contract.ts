import { ContractViolation } from '../contract/contract-check.ts';
import type { ContractCheck } from '../contract/contract-check.ts';
import type { Behaviour } from './behaviour.ts';
import { applicationBehaviours } from './behaviours/applications.ts';
import { callerBehaviours } from './behaviours/callers.ts';
import { connectionBehaviours } from './behaviours/connections.ts';
import { corsBehaviours } from './behaviours/cors.ts';
import { leavingBehaviours } from './behaviours/leaving.ts';
import { nativeBehaviours } from './behaviours/native-routes.ts';
import { pathBehaviours } from './behaviours/paths.ts';
import { relayBehaviours } from './behaviours/relays.ts';
import { requestBodyBehaviours } from './behaviours/request-bodies.ts';
import { streamBehaviours } from './behaviours/streams.ts';
import { upgradeBehaviours } from './behaviours/upgrades.ts';
import { wholeAnswerBehaviours } from './behaviours/whole-answers.ts';
import type { BindingUnderTest } from './binding-under-test.ts';
import { createScene } from './scene.ts';

/** One behaviour of one binding. Any test runner can run it: `it(check.name, { skip: check.skip }, check.run)` with `node:test`. */
export interface BindingCheck extends ContractCheck {
  /** Why it cannot be asked of this binding, in the binding's own words; where it is there, the check is to be shown and not run. */
  readonly skip?: string;
}

/** Every behaviour, by theme. */
export const behaviours: readonly Behaviour[] = [
  ...wholeAnswerBehaviours,
  ...pathBehaviours,
  ...corsBehaviours,
  ...connectionBehaviours,
  ...requestBodyBehaviours,
  ...streamBehaviours,
  ...leavingBehaviours,
  ...nativeBehaviours,
  ...relayBehaviours,
  ...upgradeBehaviours,
  ...callerBehaviours,
  ...applicationBehaviours,
];

/**
 * What callers of a binding rely on, whatever its framework: a list of checks, to be run one after the other. Each starts the binding in front of an upstream
 * of its own and looks at both sides.
 */
export function bindingContract(binding: BindingUnderTest): readonly BindingCheck[] {
  return behaviours.map((behaviour) => toCheck(binding, behaviour));
}

// No behaviour waits for a clock: one that is not over by then hangs.
const patience = 15_000;

/** A behaviour of a binding as a check, skipped where it lacks what it takes. */
export function toCheck(binding: BindingUnderTest, { name, needs = [], run }: Behaviour): BindingCheck {
  const reason = needs.map((ability) => binding.lacks?.[ability]).find((text) => text !== undefined);
  return {
    name,
    ...(reason === undefined ? {} : { skip: reason }),
    async run() {
      const scene = createScene(binding);
      let clock: NodeJS.Timeout | undefined;
      const hung = new Promise<never>((_, reject) => {
        clock = setTimeout(() => reject(new Error('It hangs: what the behaviour waits for did not come.')), patience);
      });
      try {
        await Promise.race([run(scene), hung]);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        throw new ContractViolation(`${message}\n\n${scene.describe()}`, { cause: error });
      } finally {
        clearTimeout(clock);
        await scene.close();
      }
    },
  };
}
