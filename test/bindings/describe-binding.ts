import { bindingContract } from '@ai-proxy/testing';
import type { BindingUnderTest } from '@ai-proxy/testing';
import { describe, it } from 'vitest';

/** Runs the contract of bindings; what one of them lacks is listed with its reason. */
export function describeBindings(bindings: readonly BindingUnderTest[]): void {
  describe.each(bindings.map((binding) => [binding.name, binding] as const))('%s', (_, binding) => {
    for (const { name, run, skip } of bindingContract(binding)) {
      if (skip === undefined) it(name, run);
      else it.skip(`${name} (${skip})`, run);
    }
  });
}
