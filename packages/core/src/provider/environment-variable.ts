/**
 * A variable of the environment, trimmed; nothing where it is empty, unset, or where the runtime has no environment.
 * Goes through `globalThis`, so that the package runs where there is no Node.
 */
export function environmentVariable(name: string): string | undefined {
  const scope = globalThis as { readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> } };
  const value = scope.process?.env?.[name]?.trim();
  return value === '' ? undefined : value;
}
