import { toCheck } from '../binding-contract.ts';
import type { BindingCheck, BindingContractOptions } from '../binding-contract.ts';
import type { BindingBehindParser, BodyKind } from './binding-behind-parser.ts';
import { leavesAwaitingBehindParser, leavesBehindParser, parserBehaviour, routesOf } from './parser-behaviours.ts';

const kinds: readonly BodyKind[] = ['json', 'empty', 'large', 'gzip', 'latin1', 'form', 'multipart'];

/**
 * What callers of a binding rely on where something has read their bodies before it: nothing hangs, what goes up is what came, and where that cannot be,
 * the answer says so at once. A list of checks like that of `bindingContract`.
 */
export function bodyParserContract(binding: BindingBehindParser, options: BindingContractOptions = {}): readonly BindingCheck[] {
  const { keeps } = binding;
  const ofBodies = kinds.flatMap((kind) => routesOf(kind).map((route) => parserBehaviour(kind, keeps[kind] ?? 'untouched', route)));
  const isTaken = keeps.json !== 'consumed' && keeps.json !== 'refused';
  const behaviours = isTaken ? [...ofBodies, leavesBehindParser, leavesAwaitingBehindParser] : ofBodies;
  return behaviours.map((behaviour) => toCheck(binding, behaviour, options));
}
