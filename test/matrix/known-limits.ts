/** A check that cannot hold somewhere, and whose doing that is. Where it fails there, it is told with the reason and counted as skipped. */
export interface KnownLimit {
  readonly check: RegExp;
  readonly reason: string;
  /** Frameworks by name; all by default. */
  readonly frameworks?: readonly string[];
  /** Versions of Node; all by default. */
  readonly node?: RegExp;
}

const knownLimits: readonly KnownLimit[] = [
  {
    check: /: it lacks what it says that it lacks/,
    reason: 'cells speak of the newest version; an older one may do more',
  },
  {
    check: /: a caller who leaves with several requests on one connection/,
    reason: 'Node 22 tells nothing to responses that wait for their turn, and here nobody but the framework listens to the connection',
    frameworks: ['hono', 'next'],
    node: /^22\./,
  },
];

/** Why a check fails that had to, if that is known. */
export function reasonOf(check: string, framework: string, node: string): string | undefined {
  return knownLimits.find(
    (limit) => limit.check.test(check) && (limit.frameworks?.includes(framework) ?? true) && (limit.node?.test(node) ?? true),
  )?.reason;
}
