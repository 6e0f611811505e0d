/** Units that pprof knows, by how many of the next larger one they make. */
const STEPS: Readonly<Record<string, readonly (readonly [name: string, size: number])[]>> = {
  nanoseconds: [["ns", 1], ["µs", 1e3], ["ms", 1e6], ["s", 1e9]],
  microseconds: [["µs", 1], ["ms", 1e3], ["s", 1e6]],
  milliseconds: [["ms", 1], ["s", 1e3]],
  bytes: [["B", 1], ["KiB", 1024], ["MiB", 1024 ** 2], ["GiB", 1024 ** 3]],
};

/** A value in a unit that suits its size, such as `12.3 ms` for 12,345 microseconds. */
export function quantityText(value: number, unit: string): string {
  const steps = STEPS[unit];
  if (steps === undefined) return unit === "count" ? String(value) : `${value} ${unit}`;
  const [name, size] = steps.findLast((step) => Math.abs(value) >= step[1]) ?? steps[0] ?? [unit, 1];
  const scaled = value / size;
  const digits = Math.abs(scaled) >= 100 || Number.isInteger(scaled) ? 0 : Math.abs(scaled) >= 10 ? 1 : 2;
  return `${scaled.toFixed(digits)} ${name}`;
}
