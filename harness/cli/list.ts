import { Command } from "commander";
import Table from "cli-table3";
import { MUTANTS } from "../../fixtures/mutants/mod.ts";
import { loadScenarios } from "../engine/load_scenarios.ts";
import { MESHES } from "./meshes.ts";
import { openTerminal } from "./terminal.ts";

/** `list`: what there is to run. */
export function listCommand(): Command {
  return new Command("list")
    .description("List scenarios with their clauses and mutants, and meshes with their features.")
    .option("--features", "list what each mesh declares, and which policy fields it cannot honour")
    .option("--json", "print JSON and nothing else")
    .action(async (options: { features?: boolean; json?: boolean }) => {
      const terminal = openTerminal(options.json ?? false);
      const scenarios = (await loadScenarios()).map(({ scenario }) => ({
        id: scenario.id,
        clauses: scenario.clauses,
        needs: scenario.needs,
        mutants: scenario.mutants,
      }));
      const meshes = MESHES.map((mesh) => ({
        name: mesh.name,
        features: [...mesh.features],
        tools: mesh.tools,
        unsupportedFields: mesh.unsupportedFields,
      }));
      if (options.json) return terminal.print(JSON.stringify({ scenarios, meshes, mutants: MUTANTS.length }));
      const style = { head: [], border: [], compact: true };
      if (options.features) {
        const table = new Table({
          head: ["mesh", "declares", "cannot honour"],
          colWidths: [12, 60, 60],
          wordWrap: true,
          style,
        });
        for (const mesh of meshes) {
          const fields = Object.entries(mesh.unsupportedFields).map(([field, reason]) =>
            `${field}: ${reason}`
          );
          table.push([mesh.name, mesh.features.join(", ") || "-", fields.join("\n") || "-"]);
        }
        return terminal.print(table.toString());
      }
      const table = new Table({
        head: ["scenario", "clauses", "mutants"],
        colWidths: [34, 24, 60],
        wordWrap: true,
        style,
      });
      for (const scenario of scenarios) {
        table.push([scenario.id, scenario.clauses.join(", "), scenario.mutants.join(", ")]);
      }
      terminal.print(table.toString());
      terminal.print(`meshes: ${meshes.map((mesh) => mesh.name).join(", ")}`);
    });
}
