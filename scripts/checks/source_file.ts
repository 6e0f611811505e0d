/** One import, export-from, dynamic import or reference by URL. */
export interface Import {
  /** As written. */
  readonly specifier: string;
  /** Path from the root of the repository for a relative specifier or one that the import map sends to a file. */
  readonly target?: string;
  /** `import` is loaded with the file; `reference` names another program's file (`new URL`, `import.meta.resolve`). */
  readonly kind: "import" | "type" | "reference";
  readonly line: number;
}

/** A TypeScript file of the repository as the checks see it. */
export interface SourceFile {
  /** From the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
  /** Uses of members of `Deno`, `console` and `process`, such as `Deno.exit`. */
  readonly members: readonly { readonly name: string; readonly line: number }[];
}

/** A rule that the repository breaks. */
export interface Breach {
  readonly path: string;
  /** 1 for the first line; 0 where the whole file is meant. */
  readonly line: number;
  readonly message: string;
}

/** One breach as one line that editors can jump to. */
export function describeBreach({ path, line, message }: Breach): string {
  return `${path}${line === 0 ? "" : `:${line}`}: ${message}`;
}

/** Tests, and what is there for tests alone: a folder `testing`, a file `testing_x.ts`. */
export function isTest(path: string): boolean {
  return path.endsWith("_test.ts") || /\/testing(\/|_[^/]*\.ts$)/.test(path);
}
