import type { JsonObject } from '@ai-proxy/core';
import type { AccountBook, NamedObject } from './account-book.ts';
import { findReferences } from './find-references.ts';
import type { ObjectRule, ObjectRules } from './object-rules.ts';
import { onlyByContent } from './refusals.ts';

/** In whose name, and of whose account, objects are looked at. */
export interface Asker {
  readonly owner: string;
  /** The provider's name. */
  readonly provider: string;
  readonly rules: ObjectRules;
}

/** Decides which of the objects that a request names have to be its caller's, and whether they are. */
export interface ObjectChecks {
  /** Of the objects that a path names, those that are somebody's. */
  closed(asker: Asker, names: readonly NamedObject[], rule: ObjectRule | undefined): readonly NamedObject[];
  /** Whether what a route is about is everybody's. */
  isOpenRoute(asker: Asker, rule: ObjectRule | undefined): boolean;
  /** Throws where a body names what is not the caller's; `before` is checked in the same question. */
  bodies(asker: Asker, bodies: readonly JsonObject[], before?: readonly NamedObject[]): Promise<void>;
  /** The same for one field of a form. */
  field(asker: Asker, name: string, id: string): Promise<void>;
  /** Throws where a route is not for what its path names. */
  fitting(asker: Asker, names: readonly NamedObject[], rule: ObjectRule | undefined): Promise<void>;
}

export function createObjectChecks(book: AccountBook, openGroups: readonly string[] | 'all'): ObjectChecks {
  /** A kind that an operator has opened is everybody's. */
  const isOpen = ({ groups }: ObjectRules, kind: string): boolean => openGroups === 'all' || openGroups.includes(groups[kind] ?? '');
  /** A name that is nobody's own. */
  const isFree = ({ free }: ObjectRules, { kind, id, changes }: NamedObject): boolean => !changes && free[kind]?.test(id) === true;
  const isChecked = (rules: ObjectRules, one: NamedObject): boolean => !isOpen(rules, one.kind) && !isFree(rules, one);

  return {
    closed: ({ rules }, names) => names.filter((one) => isChecked(rules, one)),
    isOpenRoute: ({ rules }, rule) => isOpen(rules, rule?.creates?.kind ?? rule?.lists?.kind ?? Object.values(rule?.path ?? {})[0] ?? ''),
    async bodies({ owner, provider, rules }, bodies, before = []) {
      const named = bodies
        .flatMap((body) => findReferences(body, rules.references))
        .map((one) => ({ ...one, provider, changes: false }))
        .filter((one) => isChecked(rules, one));
      const all = [...before, ...named];
      if (all.length > 0) await book.check(owner, all);
    },
    async field({ owner, provider, rules }, name, id) {
      const one = { provider, kind: rules.references[name] ?? '', id, changes: false, param: name };
      if (isChecked(rules, one)) await book.check(owner, [one]);
    },
    async fitting({ owner }, names, rule) {
      const kind = rule?.notFor;
      if (kind === undefined || names.length === 0) return;
      const noted = await book.sort(
        owner,
        names.map((one) => ({ ...one, kind })),
      );
      if (noted.some((whose) => whose !== 'nobodys')) throw onlyByContent();
    },
  };
}
