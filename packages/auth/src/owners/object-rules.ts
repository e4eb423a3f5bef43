import type { NativeTarget, Provider } from '@ai-proxy/core';
import { mistralObjects } from './mistral-objects.ts';

/** What a route of a provider's own API does with the objects of its account. A route of them without a rule stays closed to keys. */
export interface ObjectRule {
  /** The kinds of the objects that the path names, by the names of its segments. */
  readonly path?: Readonly<Record<string, string>>;
  /** Whether it changes or removes what its path names: what is everybody's may only be read and used. */
  readonly changes?: boolean;
  /** The object that its path names is gone once the provider has said so. */
  readonly removes?: boolean;
  /** What the request's own body is where the proxy does not read it by itself: JSON that may name objects, or a form with a field that does. */
  readonly body?: 'json' | 'form';
  /** Files that hold requests of their own, by the field of the body that names them; `path` is where their content is, `unless` the endpoints whose requests name nothing. */
  readonly reads?: { readonly field: string; readonly path: string; readonly unless: ReadonlySet<string> };
  /** Not for objects that are noted as this kind as well. */
  readonly notFor?: string;
  /** What it makes: the kind, and the field of the answer that holds the id. */
  readonly creates?: Made;
  /** What it lists. */
  readonly lists?: Listed;
  /** Further objects that the answer names, and that belong to whoever owns what it is about. */
  readonly brings?: readonly Made[];
}

export interface Made {
  readonly kind: string;
  readonly field: string;
}

export interface Listed {
  readonly kind: string;
  /** The field that holds the entries; absent where the answer is the list itself. */
  readonly entries?: string;
  /** A field that is empty in entries that belong to nobody, and are there for everybody. */
  readonly ownedWhere?: string;
}

/** How a provider's requests and answers name objects. */
export interface ObjectRules {
  /** By method and path as the provider's routes have them. */
  readonly routes: Readonly<Record<string, ObjectRule>>;
  /** The kinds of objects by the names of the fields that refer to them, in whatever depth. */
  readonly references: Readonly<Record<string, string>>;
  /** Names that are no objects of anybody, such as those of voices that are there for all. */
  readonly free: Readonly<Record<string, RegExp>>;
  /** The group of routes by which an operator opens a kind for everybody. */
  readonly groups: Readonly<Record<string, string>>;
}

const known: Readonly<Record<string, ObjectRules>> = { mistral_ai: mistralObjects };

/** The rules for a provider; nothing where nobody knows its objects. */
export const rulesOf = ({ system }: Provider): ObjectRules | undefined => (Object.hasOwn(known, system) ? known[system] : undefined);

/** The rule of a native route. */
export function ruleOf({ provider, route, method }: NativeTarget): ObjectRule | undefined {
  const rules = rulesOf(provider)?.routes;
  const name = `${method === 'HEAD' ? 'GET' : method} ${route.path}`;
  return rules && Object.hasOwn(rules, name) ? rules[name] : undefined;
}
