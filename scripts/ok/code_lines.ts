import ts from "typescript";

/**
 * How many lines of a file can run: what is left of it without types, comments and blank lines. Counts the lines of a
 * file that no test loaded, of which a coverage report does not know.
 */
export function countCodeLines(text: string): number {
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, removeComments: true },
  });
  return outputText
    .split("\n")
    .filter((line) => line.trim() !== "" && !/^(import|export) (.* from )?["{].*$/.test(line))
    .length;
}
