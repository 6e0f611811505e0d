/** The labels that everything of ours on a container engine carries. Nothing without the first is ever removed. */

/** Whose it is: the run id. */
export const RUN_LABEL = "dev.meshproof.run";
/** Name of the cell that it belongs to. */
export const CELL_LABEL = "dev.meshproof.cell";
/** Name of the pod whose network it holds. */
export const POD_LABEL = "dev.meshproof.pod";
/** Name of the process that it runs. */
export const PROCESS_LABEL = "dev.meshproof.process";
