import type { AnyFault } from '../faults/fault.ts';
import type { RecordedRequest } from './recorded-request.ts';

/** How a simulator answers. What is left out has its default. */
export interface Behaviour {
  /** Milliseconds before the first byte of an answer. Default 0. */
  readonly latencyMs?: number;
  /** Speed of inference answers. By default as fast as the connection takes it. */
  readonly tokensPerSecond?: number;
  /** Into how many content chunks a streamed text is cut. By default one a token. */
  readonly chunks?: number;
  /**
   * What goes wrong. As data it touches inference requests only; as a function it is asked for every request,
   * and can choose by path, by index or by body.
   */
  readonly fault?: AnyFault | ((request: RecordedRequest) => AnyFault | undefined);
  /** How many requests the fault touches before it is over. Without end by default. */
  readonly faultTimes?: number;
}

/** The behaviours in force: one for all models, and one each for some. */
export interface Behaviours {
  /** Replaces the behaviour of one model, or of all that have none of their own. `{}` restores the defaults. */
  set(behaviour: Behaviour, model?: string): void;
  of(model: string | undefined): Behaviour;
  /** The fault that touches a request; counts it. */
  takeFault(model: string | undefined, inference: boolean, request: RecordedRequest): AnyFault | undefined;
}

export function createBehaviours(general: Behaviour, models: Readonly<Record<string, Behaviour>>): Behaviours {
  const byModel = new Map(Object.entries(models));
  const touched = new WeakMap<Behaviour, number>();
  const of = (model: string | undefined): Behaviour => (model === undefined ? general : (byModel.get(model) ?? general));
  return {
    of,
    set(behaviour, model) {
      // A copy, so that the count of touched requests starts anew even where the same object is set again.
      if (model === undefined) general = { ...behaviour };
      else byModel.set(model, { ...behaviour });
    },
    takeFault(model, inference, request) {
      const behaviour = of(model);
      const { fault } = behaviour;
      if (fault === undefined || (typeof fault !== 'function' && !inference)) return undefined;
      const chosen = typeof fault === 'function' ? fault(request) : fault;
      if (chosen === undefined) return undefined;
      const times = touched.get(behaviour) ?? 0;
      // A server that is loading is a state that ends by itself.
      const limit = behaviour.faultTimes ?? (chosen.name === 'loading503Then200' ? (chosen.times ?? 1) : Infinity);
      if (times >= limit) return undefined;
      touched.set(behaviour, times + 1);
      return chosen;
    },
  };
}
