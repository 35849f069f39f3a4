/** `trellis plan` and `trellis publish`: a folder's components against a server's. */
import { ApiError, type ChangeSetBody, type Client } from '@trellis/api';
import { componentId, type Package } from '@trellis/metadata';
import { CommandError } from '../errors.ts';
import { renderPlan, renderProblems } from '../render-plan.ts';
import type { Terminal } from '../terminal.ts';

export interface PublishOptions {
  readonly json?: boolean;
  readonly yes?: boolean;
  /** Removes components that the package once brought and the folder no longer has. */
  readonly prune?: boolean;
  readonly message?: string;
}

/** The change set that makes the workspace hold what the folder holds. */
export async function changeSetOf(
  client: Client,
  read: Package,
  options: PublishOptions,
): Promise<ChangeSetBody> {
  const components = read.components.map(({ kind, name, body }) => ({ kind, name, body }));
  if (!options.prune) return { components };
  const own = new Set(read.components.map(componentId));
  const stored = await client.metadata();
  const deletions = stored.components
    .filter((component) => component.package === read.manifest.name && !own.has(componentId(component)))
    .map(({ kind, name }) => ({ kind, name }));
  return { components, deletions, expected_revision: stored.revision };
}

/** Shows what a publish would do. */
export async function runPlan(
  client: Client,
  read: Package,
  options: PublishOptions,
  terminal: Terminal,
): Promise<void> {
  const result = await client.plan(await changeSetOf(client, read, options));
  if (options.json) terminal.print(JSON.stringify(result, undefined, 2));
  else {
    for (const line of renderProblems(result.problems, terminal.style)) terminal.print(line);
    for (const line of renderPlan(result.plan, terminal.style)) terminal.print(line);
  }
  if (result.problems.some((problem) => problem.severity !== 'warning')) {
    throw new CommandError('problems', 'It can’t be published like this.');
  }
}

/** Shows the plan, asks, and publishes what was shown: if the workspace moves in between, it is refused. */
export async function runPublish(
  client: Client,
  read: Package,
  options: PublishOptions,
  terminal: Terminal,
): Promise<void> {
  const changeSet = await changeSetOf(client, read, options);
  const { plan, problems } = await client.plan(changeSet);
  const say = (lines: readonly string[]) => {
    for (const line of lines) if (!options.json) terminal.print(line);
  };
  say(renderProblems(problems, terminal.style));
  if (problems.some((problem) => problem.severity !== 'warning')) {
    if (options.json) terminal.print(JSON.stringify({ problems }, undefined, 2));
    throw new CommandError('problems', 'It can’t be published like this.');
  }
  say(renderPlan(plan, terminal.style));
  if (plan.components.every(({ change }) => change === 'none')) {
    if (options.json)
      terminal.print(JSON.stringify({ revision: plan.revision, plan, problems }, undefined, 2));
    return;
  }
  if (!options.yes) {
    if (!terminal.isInteractive) throw new CommandError('declined', 'Nobody is here to agree: add --yes.');
    const answer = await terminal.ask('Publish this? [y/N]');
    if (!/^y(es)?$/i.test(answer)) throw new CommandError('declined', 'Not published.');
  }
  const message = options.message ?? `${read.manifest.label} ${read.manifest.version}`;
  const published = await client
    .publish({ ...changeSet, expected_revision: plan.revision, message })
    .catch((error: unknown) => {
      const isStale = error instanceof ApiError && error.problem.code === 'stale_revision';
      throw isStale
        ? new CommandError(
            'failed',
            'Somebody else has published meanwhile. Look at the new plan and try again.',
          )
        : error;
    });
  if (options.json) terminal.print(JSON.stringify(published, undefined, 2));
  else terminal.print(terminal.style('green', `Published as revision ${published.revision}.`));
}
