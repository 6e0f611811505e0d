/**
 * A command as it can be typed again.
 *
 * @param options By name in camel case, as commander gives them; lists are repeated. `json` and `out` say only where
 * results go, and are left out.
 */
export function commandLine(command: string, options: Readonly<Record<string, unknown>>): string {
  const words = Object.entries(options).flatMap(([name, value]) => {
    if (name === "json" || name === "out" || value === undefined || value === false) return [];
    const option = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (value === true) return [option];
    return [value].flat().flatMap((each) => [option, quote(String(each))]);
  });
  return [command, ...words].join(" ");
}

/** For a shell, where it needs that. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
