const known = new Map<string, RegExp>();

/** Whether a text matches a pattern in which `*` stands for any text; everything else is itself. */
export function matches(pattern: string, text: string): boolean {
  if (!pattern.includes('*')) return pattern === text;
  let expression = known.get(pattern);
  if (!expression) {
    // Several stars in a row say what one says, and would cost more with each.
    const parts = pattern.split(/\*+/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
    expression = new RegExp(`^${parts.join('.*')}$`, 's');
    if (known.size >= 1000) known.clear();
    known.set(pattern, expression);
  }
  return expression.test(text);
}

/** Whether any of the patterns does; of no patterns all do. */
export const matchesAny = (patterns: readonly string[], text: string): boolean =>
  patterns.length === 0 || patterns.some((pattern) => matches(pattern, text));

/**
 * Whether patterns of models name a model: by the name that was asked for, by `provider/model`, or by the model's own name at whichever provider it is.
 */
export function namesModel(patterns: readonly string[], name: string, target?: string): boolean {
  if (patterns.length === 0) return true;
  const own = target === undefined ? undefined : target.slice(target.indexOf('/') + 1);
  return patterns.some(
    (pattern) =>
      matches(pattern, name) || (target !== undefined && (matches(pattern, target) || (own !== undefined && matches(pattern, own)))),
  );
}
