import { parseAst } from 'vitest/node';

/** What the rules want to know of one TypeScript file. */
export interface FileFacts {
  /** Everything it imports or re-exports from, types and `import()` included, as written. */
  readonly imports: readonly string[];
  /** Identifiers that it uses and neither declares nor imports: globals. */
  readonly globals: ReadonlySet<string>;
  /** Every identifier that stands in it, imported names included. */
  readonly names: ReadonlySet<string>;
  /** It re-exports another file whole: `export *`. */
  readonly exportsAll: boolean;
}

interface SyntaxNode {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Reads a file's syntax tree; a regular expression would trip over strings and comments. */
export function readFacts(text: string, path: string): FileFacts {
  const imports: string[] = [];
  const used = new Set<string>();
  const declared = new Set<string>();
  const names = new Set<string>();
  let exportsAll = false;

  visit(parseAst(text, { lang: path.endsWith('x') ? 'tsx' : 'ts', astType: 'ts' }));
  return { imports, globals: new Set([...used].filter((name) => !declared.has(name))), names, exportsAll };

  function visit(value: unknown): void {
    if (Array.isArray(value)) for (const item of value) visit(item);
    if (!isNode(value)) return;
    if (value.type === 'ExportAllDeclaration') exportsAll = true;
    if (isNode(value.source) && typeof value.source.value === 'string') imports.push(value.source.value);
    if (value.type === 'Identifier' && typeof value.name === 'string') {
      names.add(value.name);
      used.add(value.name);
    }
    noteDeclaration(value);
    for (const [field, child] of Object.entries(value)) {
      if (!isLabel(value, field)) visit(child);
      else if (isNode(child) && typeof child.name === 'string') names.add(child.name);
    }
    // `globalThis.Request` is the global by another way.
    if (value.type === 'MemberExpression' && isNode(value.object) && value.object.name === 'globalThis') {
      if (isNode(value.property) && typeof value.property.name === 'string') used.add(value.property.name);
    }
  }

  function noteDeclaration(node: SyntaxNode): void {
    const declares = /^Import\w*Specifier$/.test(node.type) ? node.local : /Declarat(?:ion|or)$/.test(node.type) ? node.id : undefined;
    if (isNode(declares) && typeof declares.name === 'string') declared.add(declares.name);
    if (node.type === 'TSTypeParameter' && isNode(node.name) && typeof node.name.name === 'string') declared.add(node.name.name);
  }
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** Whether the identifier in this field is only a label: a property's name, not a reference to something in scope. */
function isLabel(node: SyntaxNode, field: string): boolean {
  if (node.type === 'ImportSpecifier' || node.type === 'ExportSpecifier') return field === 'imported' || field === 'exported';
  if (node.type === 'TSQualifiedName') return field === 'right';
  if (node.computed === true) return false;
  return field === 'property' || (field === 'key' && node.shorthand !== true);
}
