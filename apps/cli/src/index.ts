/** The front door of the command line, for tests and tools. */
export { changeSetOf } from './commands/publish.ts';
export { pullInto } from './commands/pull.ts';
export { validateFolder } from './commands/validate.ts';
export { readFolder, writeFolder } from './folder.ts';
export { runProgram } from './program.ts';
export { renderPlan, renderProblems } from './render-plan.ts';
export type { Terminal } from './terminal.ts';
