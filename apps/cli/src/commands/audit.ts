/**
 * `trellis audit verify`: goes through the chain of the audit log, and prints its head to be noted elsewhere. `trellis audit
 * export`: takes the log away as a file.
 */
import type { AuditQueryParameters, AuditVerdictResponse, Client } from '@trellis/api';
import { CommandError } from '../errors.ts';
import type { Terminal } from '../terminal.ts';
import { formatOf, save } from './transfer.ts';

export interface VerifyOptions {
  /** A head that an earlier run has printed. */
  readonly head?: string;
  readonly json?: boolean;
}

type Fault = NonNullable<AuditVerdictResponse['fault']>;

const FAULTS: { readonly [code in Fault['code']]: (fault: Fault) => string } = {
  changed_entry: ({ number, id }) => `Entry ${number} (id ${id}) is not the one that was sealed.`,
  missing_entry: ({ number, id }) => `Entry ${number} (id ${id}) is missing.`,
  missing_seal: ({ number }) => `The seal of entry ${number} is missing.`,
  unexplained_anchor: ({ number }) =>
    `Everything up to entry ${number} was removed, and the log does not tell of it.`,
  other_head: ({ number }) => `Entry ${number} has another hash than the one that was noted.`,
  forgotten_head: ({ number }) =>
    `The entry that was noted is forgotten: the log begins behind ${number}, so it can't be compared. Note a newer head.`,
  shortened: ({ number }) => `The log ends at entry ${number}, before the one that was noted.`,
  unsealed_entry: ({ id }) => `The entry with the id ${id} was put in beside the chain, or kept from it.`,
};

/** Ends with an error when the chain is broken, so that a script can tell. */
export async function runVerify(client: Client, options: VerifyOptions, terminal: Terminal): Promise<void> {
  const verdict = await client.verifyAudit(options.head);
  const { head, checked, forgotten, unsealed, fault } = verdict;
  if (options.json) terminal.print(JSON.stringify(verdict, undefined, 2));
  else {
    terminal.print(`${checked} entries hold${forgotten > 0 ? `, after ${forgotten} forgotten ones` : ''}.`);
    if (unsealed > 0) terminal.print(`${unsealed} were written just now and are not sealed yet.`);
    terminal.print(`Head: ${head.number}:${head.hash}`);
  }
  if (fault) throw new CommandError('failed', `The audit log is broken. ${FAULTS[fault.code](fault)}`);
  if (!options.json)
    terminal.remark(
      'Note the head elsewhere; --head compares with it, and finds a log that was cut or made anew.',
    );
}

export interface AuditExportOptions extends Omit<AuditQueryParameters, 'action' | 'outcome'> {
  /** Actions, with commas. */
  readonly action?: string;
  readonly outcome?: string;
}

/** What the same search finds in Set up → Audit, newest first, as the file's name says: CSV or NDJSON. */
export async function runAuditExport(
  client: Client,
  path: string,
  options: AuditExportOptions,
  terminal: Terminal,
): Promise<void> {
  const format = formatOf(path);
  if (format === 'xlsx') throw new CommandError('usage', 'The audit log is written as CSV or NDJSON.');
  const { actor, action, outcome, object, record, from, until } = options;
  const asked = { actor, action: action?.split(','), outcome, object, record, from, until };
  // The server says what is wrong with a search, as for everybody.
  const query = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  await save(await client.download(client.auditFile(query, format)), path);
  terminal.remark(`Written to ${path}.`);
}
