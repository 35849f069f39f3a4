/** The command line `trellis`: its commands and options, and how each ends. The work is in `commands/`. */
import { ApiError, type Client } from '@trellis/api';
import { Command, CommanderError } from 'commander';
import { type AuditExportOptions, runAuditExport, runVerify, type VerifyOptions } from './commands/audit.ts';
import { type BulkOptions, runBulk } from './commands/bulk.ts';
import { runDemo } from './commands/demo.ts';
import { type PublishOptions, runPlan, runPublish } from './commands/publish.ts';
import { type PullOptions, runPull } from './commands/pull.ts';
import { type ResealOptions, runReseal } from './commands/reseal.ts';
import { type ExportOptions, type ImportOptions, runExport, runImport } from './commands/transfer.ts';
import { runUndo, type UndoOptions } from './commands/undo.ts';
import { requirePackage, runValidate } from './commands/validate.ts';
import { answered, type ConnectionOptions, connect, describeApiError, type Environment } from './connect.ts';
import { CommandError, EXIT_CODES } from './errors.ts';
import type { Terminal } from './terminal.ts';

const CLOSING_WORDS = `
Where and as whom: TRELLIS_URL (http://localhost:3000 unless given), TRELLIS_EMAIL, TRELLIS_PASSWORD and
TRELLIS_WORKSPACE; what is missing is asked for.

Exit codes: 0 done; ${EXIT_CODES.failed} not possible (no answer, refused); ${EXIT_CODES.usage} wrong command line;
${EXIT_CODES.problems} the metadata has problems; ${EXIT_CODES.declined} answered with no.`;

/** Runs a command line (without `node` and the file) and gives its exit code. */
export async function runProgram(
  args: readonly string[],
  context: { readonly terminal: Terminal; readonly environment: Environment },
): Promise<number> {
  const { terminal } = context;
  const program = createProgram(context);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_CODES.usage;
    if (error instanceof CommandError) {
      terminal.remark(error.message);
      return EXIT_CODES[error.kind];
    }
    if (error instanceof ApiError) {
      terminal.remark(describeApiError(error));
      return error.problem.code === 'invalid_metadata' ? EXIT_CODES.problems : EXIT_CODES.failed;
    }
    throw error;
  }
}

function createProgram(context: { readonly terminal: Terminal; readonly environment: Environment }): Command {
  const { terminal } = context;
  const program = new Command('trellis')
    .description('Metadata folders ⇄ a Trellis server.')
    .addHelpText('after', CLOSING_WORDS)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.remark(text.trimEnd()),
    });

  /** Signs in, runs, signs out: a command leaves no session behind. */
  async function withServer(
    options: ConnectionOptions,
    source: 'cli' | 'demo',
    work: (client: Client) => Promise<void>,
  ) {
    const url = options.url ?? context.environment.TRELLIS_URL ?? 'http://localhost:3000';
    const client = await connect(options, { ...context, source });
    await answered(url, () => work(client)).finally(() => {
      if (context.environment.TRELLIS_SESSION === undefined && !context.environment.TRELLIS_API_KEY)
        return client.logout().catch(() => undefined);
    });
  }
  const onServer = (command: Command) =>
    command
      .option('--url <address>', 'address of the server')
      .option('--email <address>', 'who signs in')
      .option('--workspace <name>', 'workspace to work in');

  program
    .command('validate <folder>')
    .description('check a package folder, without a server')
    .option('--json', 'print the problems as JSON')
    .action((folder: string, options: { json?: boolean }) => runValidate(folder, options, terminal));

  onServer(program.command('plan <folder>'))
    .description('show what publishing the folder would do')
    .option('--prune', 'also remove what the package brought and the folder no longer has')
    .option('--json', 'print the plan as JSON')
    .action(async (folder: string, options: ConnectionOptions & PublishOptions) => {
      const read = requirePackage(folder, terminal);
      await withServer(options, 'cli', (client) => runPlan(client, read, options, terminal));
    });

  onServer(program.command('publish <folder>'))
    .description('publish the folder, after showing the plan and asking')
    .option('-y, --yes', 'do not ask')
    .option('-m, --message <text>', 'what the revision is about')
    .option('--prune', 'also remove what the package brought and the folder no longer has')
    .option('--json', 'print the outcome as JSON')
    .action(async (folder: string, options: ConnectionOptions & PublishOptions) => {
      const read = requirePackage(folder, terminal);
      await withServer(options, 'cli', (client) => runPublish(client, read, options, terminal));
    });

  onServer(program.command('pull <folder>'))
    .description('write the metadata of a workspace into a folder')
    .option('--package <name>', 'only what this package brought')
    .option('--own', 'only what belongs to no package')
    .option('--json', 'print the changed paths as JSON')
    .action(async (folder: string, options: ConnectionOptions & PullOptions) => {
      await withServer(options, 'cli', (client) => runPull(client, folder, options, terminal));
    });

  onServer(program.command('import <object> <file>'))
    .description('import records from a CSV, NDJSON or Excel (XLSX) file')
    .option('--mapping <json>', 'columns and what to do with them, as for the API')
    .option('--upsert <field>', 'change the records that have this unique field’s value, make the others')
    .option(
      '--match <fields>',
      'the same by fields that need not be unique, with commas; ~name: its spelling does not count',
    )
    .option('--dry-run', 'try every row and write nothing')
    .option('--rejects <file>', 'write refused rows to this file')
    .option('--json', 'print the job as JSON')
    .action(async (object: string, file: string, options: ConnectionOptions & ImportOptions) => {
      await withServer(options, 'cli', (client) => runImport(client, object, file, options, terminal));
    });

  onServer(program.command('export <object> <file>'))
    .description('write records into a CSV, NDJSON or Excel (XLSX) file')
    .option('--format <csv|ndjson|xlsx>', 'by the name of the file unless given')
    .option('--fields <names>', 'fields and paths, with commas')
    .option('--filter <json>', 'an expression in JSON Logic')
    .option('--raw', 'CSV: no apostrophe before texts that look like formulas')
    .action(async (object: string, file: string, options: ConnectionOptions & ExportOptions) => {
      await withServer(options, 'cli', (client) => runExport(client, object, file, options, terminal));
    });

  onServer(program.command('bulk <operation> <object>'))
    .description('update, delete or restore all records that a filter finds')
    .option('--filter <json>', 'an expression in JSON Logic')
    .option('--search <text>', 'what a search in the object finds')
    .option('--ids <ids>', 'these records, with commas')
    .option('--all', 'every record of the object')
    .option('--set <json>', 'update: values by field, null clears')
    .option('--add <json>', 'update: by field with several values, what is added')
    .option('--remove <json>', 'update: by field with several values, what is taken away')
    .option('--dry-run', 'try every record and write nothing')
    .option('--json', 'print the job as JSON')
    .action(async (operation: string, object: string, options: ConnectionOptions & BulkOptions) => {
      await withServer(options, 'cli', (client) => runBulk(client, { operation, object }, options, terminal));
    });

  onServer(program.command('undo <job>'))
    .description('take back what a job has changed, such as an import')
    .option('--dry-run', 'only tell what would be taken back')
    .option('--json', 'print the job as JSON')
    .action(async (job: string, options: ConnectionOptions & UndoOptions) => {
      await withServer(options, 'cli', (client) => runUndo(client, job, options, terminal));
    });

  onServer(program.command('reseal'))
    .description('seal secrets and encrypted texts anew with the first key, so that older keys can go')
    .option('--json', 'print the job as JSON')
    .action(async (options: ConnectionOptions & ResealOptions) => {
      await withServer(options, 'cli', (client) => runReseal(client, options, terminal));
    });

  const audit = program.command('audit').description('the audit log');
  onServer(audit.command('verify'))
    .description('go through the chain of the audit log and print its head')
    .option('--head <number:hash>', 'compare with a head that was printed earlier')
    .option('--json', 'print the verdict as JSON')
    .action(async (options: ConnectionOptions & VerifyOptions) => {
      await withServer(options, 'cli', (client) => runVerify(client, options, terminal));
    });

  onServer(audit.command('export <file>'))
    .description('write the audit log, or what a search in it finds, into a CSV or NDJSON file')
    .option('--from <day>', 'from this day or instant on')
    .option('--until <day>', 'before this day or instant')
    .option('--action <names>', 'only these actions, with commas')
    .option('--outcome <done|refused>', 'only what was done, or was refused')
    .option('--actor <id>', 'only what this person did')
    .option('--object <name>', 'only what is about this object')
    .option('--record <id>', 'only what is about this record, or has shown it')
    .action(async (file: string, options: ConnectionOptions & AuditExportOptions) => {
      await withServer(options, 'cli', (client) => runAuditExport(client, file, options, terminal));
    });

  onServer(program.command('demo'))
    .description('load the demo records')
    .option('--folder <path>', 'folder with demo.json')
    .option('--rejects <file>', 'write refused rows to this file')
    .option('--json', 'print the report as JSON')
    .action(async (options: ConnectionOptions & { folder?: string; rejects?: string; json?: boolean }) => {
      await withServer(options, 'demo', (client) => runDemo(client, options, terminal));
    });

  return program;
}
