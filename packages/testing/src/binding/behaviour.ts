import type { BindingAbility } from './binding-under-test.ts';
import type { Scene } from './scene.ts';

/** One thing that a caller of any binding sees, and what its upstream sees of it. */
export interface Behaviour {
  /** A sentence, unique in the contract. */
  readonly name: string;
  /** What the binding must be able to do; nothing special by default. */
  readonly needs?: readonly BindingAbility[];
  /** Rejects where one of the two sides saw something else. */
  readonly run: (scene: Scene) => Promise<void>;
}
