/** The first place in a value that JSON would lose or change, with what is there; nothing where all of it survives. Absent members may be `undefined`. */
export function notJson(value: unknown, path: string): string | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined;
    case 'number':
      return Number.isFinite(value) ? undefined : `${path} is ${value}`;
    case 'object':
      return value === null ? undefined : notJsonInside(value, path);
    default:
      return `${path} is ${typeof value}`;
  }
}

function notJsonInside(value: object, path: string): string | undefined {
  if (Array.isArray(value)) {
    const entries: unknown[] = value;
    return entries.map((entry, index) => notJson(entry, `${path}[${index}]`)).find((wrong) => wrong !== undefined);
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return `${path} is a ${value.constructor.name}`;
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([name, member]) => notJson(member, `${path}.${name}`))
    .find((wrong) => wrong !== undefined);
}
