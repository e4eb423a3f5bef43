/**
 * A variable of the environment, trimmed; nothing where it is empty, unset, where the runtime has no environment, or where it lets nobody read it.
 * Goes through `globalThis`, so that the package runs where there is no Node.
 */
export function environmentVariable(name: string): string | undefined {
  const scope = globalThis as { readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> } };
  try {
    const value = scope.process?.env?.[name]?.trim();
    return value === '' ? undefined : value;
  } catch {
    // Deno without `--allow-env`: an option that is given must not need it, and one that is missing says so itself.
    return undefined;
  }
}
