import { Command } from "commander";
import Table from "cli-table3";
import { MUTANTS } from "../../fixtures/mutants/mod.ts";
import { allScenarios } from "./catalogue.ts";
import { meshesNamed, ownMeshes } from "./meshes.ts";
import { adapterOption, scenariosOption } from "./options.ts";
import { openTerminal } from "./terminal.ts";

interface ListOptions {
  readonly features?: boolean;
  readonly scenarios?: string;
  readonly adapter?: readonly string[];
  readonly json?: boolean;
}

/** `list`: what there is to run. */
export function listCommand(): Command {
  return new Command("list")
    .description("List scenarios with their clauses and mutants, and meshes with their features.")
    .option("--features", "list what each mesh declares, and which policy fields it cannot honour")
    .addOption(scenariosOption())
    .addOption(adapterOption())
    .option("--json", "print JSON and nothing else")
    .action(async (options: ListOptions) => {
      const terminal = openTerminal(options.json ?? false);
      const scenarios = (await allScenarios(options.scenarios)).map(({ scenario }) => ({
        id: scenario.id,
        clauses: scenario.clauses,
        needs: scenario.needs,
        mutants: scenario.mutants,
      }));
      const meshes = meshesNamed(undefined, await ownMeshes(options.adapter)).map((mesh) => ({
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
