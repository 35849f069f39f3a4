#!/usr/bin/env node
/** The program `trellis`. Reads the environment and the command line, and ends with the exit code of the command. */
import { runProgram } from './program.ts';
import { createTerminal } from './terminal.ts';

process.exitCode = await runProgram(process.argv.slice(2), {
  terminal: createTerminal(),
  environment: process.env,
});
