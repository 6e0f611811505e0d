import ts from "typescript";
import type { Import, SourceFile } from "./source_file.ts";

const WATCHED = new Set(["Deno", "console", "process"]);

/**
 * Parses a file for what the checks want to know.
 *
 * @param path From the root of the repository.
 * @param importMap Bare specifier to what it stands for, as in deno.json.
 */
export function parseSource(
  path: string,
  text: string,
  importMap: Readonly<Record<string, string>> = {},
): SourceFile {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  const imports: Import[] = [];
  const members: { name: string; line: number }[] = [];
  const lineOf = (node: ts.Node) => tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
  const add = (node: ts.Node, literal: ts.Node | undefined, kind: Import["kind"]) => {
    if (literal === undefined || !ts.isStringLiteralLike(literal)) return;
    const target = resolve(path, literal.text, importMap);
    imports.push({
      specifier: literal.text,
      kind,
      line: lineOf(node),
      ...(target === undefined ? {} : { target }),
    });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      add(node, node.moduleSpecifier, isTypeOnly(node.importClause) ? "type" : "import");
    } else if (ts.isExportDeclaration(node)) {
      add(node, node.moduleSpecifier, node.isTypeOnly ? "type" : "import");
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node, node.argument.literal, "type");
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node, node.arguments[0], "import");
    } else if (isUrlOfModule(node) || isResolve(node)) {
      add(node, node.arguments?.[0], "reference");
    } else if (
      ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression) &&
      WATCHED.has(node.expression.text)
    ) {
      members.push({ name: `${node.expression.text}.${node.name.text}`, line: lineOf(node) });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return { path, text, imports, members };
}

/** `import type`, and an import whose every name is marked `type`: neither is left when the program runs. */
function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.isTypeOnly) return true;
  const bindings = clause.namedBindings;
  return clause.name === undefined && bindings !== undefined && ts.isNamedImports(bindings) &&
    bindings.elements.length > 0 && bindings.elements.every((element) => element.isTypeOnly);
}

/** `new URL("./x.ts", import.meta.url)`. */
function isUrlOfModule(node: ts.Node): node is ts.NewExpression {
  return ts.isNewExpression(node) && node.expression.getText() === "URL" &&
    node.arguments?.[1]?.getText() === "import.meta.url";
}

/** `import.meta.resolve("./x.ts")`. */
function isResolve(node: ts.Node): node is ts.CallExpression {
  return ts.isCallExpression(node) && node.expression.getText() === "import.meta.resolve";
}

function resolve(
  path: string,
  specifier: string,
  importMap: Readonly<Record<string, string>>,
): string | undefined {
  const mapped = importMap[specifier];
  if (mapped?.startsWith("./")) return mapped.slice(2);
  if (!specifier.startsWith("./") && !specifier.startsWith("../")) return undefined;
  const root = "file:///";
  return decodeURIComponent(new URL(specifier, `${root}${path}`).pathname.slice(1));
}
