import { nearestNames } from '../path/nearest-names.ts';

/** Throws a `TypeError` for an option that does not exist, and names the one that was probably meant. */
export function checkKnownOptions(where: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const [nearest] = nearestNames(name, known, 1);
    const advice = nearest === undefined ? `known options are ${known.join(', ')}` : `did you mean \`${nearest}\`?`;
    throw new TypeError(`${where}: there is no option \`${name}\`; ${advice}`);
  }
}

/** Throws a `TypeError` where an option is neither left out nor one of the values it may have. */
export function checkChoice(where: string, option: string, value: unknown, choices: readonly unknown[]): void {
  if (value === undefined || choices.includes(value)) return;
  throw new TypeError(`${where}: \`${option}\` must be one of ${choices.map((choice) => JSON.stringify(choice)).join(', ')}`);
}

/** Throws a `TypeError` where a list of route groups to open names one that does not exist. */
export function checkOpenGroups(where: string, open: unknown, groups: readonly string[]): void {
  if (open === undefined) return;
  if (!Array.isArray(open)) throw new TypeError(`${where}: \`open\` must be a list of route groups: ${groups.join(', ')}`);
  for (const group of open) {
    if (typeof group === 'string' && groups.includes(group)) continue;
    const [nearest] = nearestNames(String(group), groups, 1);
    const advice = nearest === undefined ? `closed groups are ${groups.join(', ')}` : `did you mean \`${nearest}\`?`;
    throw new TypeError(`${where}: \`open\` names no closed group \`${String(group)}\`; ${advice}`);
  }
}
