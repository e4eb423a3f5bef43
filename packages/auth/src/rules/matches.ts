const known = new Map<string, readonly string[]>();

/**
 * Whether a text matches a pattern in which `*` stands for any text; everything else is itself. What lies between the stars is looked for from left to right, each time after
 * what was found: no pattern takes longer than its length by that of the text. As a regular expression `*a*a*a*a*b` would stop the process for whom it is matched.
 */
export function matches(pattern: string, text: string): boolean {
  if (!pattern.includes('*')) return pattern === text;
  const parts = partsOf(pattern);
  const [first = ''] = parts;
  const last = parts.at(-1) ?? '';
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let from = first.length;
  for (let index = 1; index < parts.length - 1; index += 1) {
    const part = parts[index] ?? '';
    const found = text.indexOf(part, from);
    if (found === -1 || found + part.length > end) return false;
    from = found + part.length;
  }
  return true;
}

function partsOf(pattern: string): readonly string[] {
  let parts = known.get(pattern);
  if (!parts) {
    parts = pattern.split(/\*+/);
    if (known.size >= 1000) known.clear();
    known.set(pattern, parts);
  }
  return parts;
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
