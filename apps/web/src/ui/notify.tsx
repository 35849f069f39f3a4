import { Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { ApiError } from '@trellis/api';
import { i18next } from '../i18n.ts';

interface Notice {
  readonly message: string;
  /** Offered for as long as the notice stays. */
  readonly undo?: () => void | Promise<void>;
}

/** Says what was done, with a way back where there is one. Announced politely by screen readers. */
export function notifyDone({ message, undo }: Notice): void {
  const id = crypto.randomUUID();
  notifications.show({
    id,
    withBorder: true,
    closeButtonProps: { 'aria-label': i18next.t('action.close') },
    autoClose: undo === undefined ? 3500 : 8000,
    color: 'trellis',
    message: (
      <Group justify="space-between" wrap="nowrap" gap="md">
        <span>{message}</span>
        {undo !== undefined && (
          <Button
            variant="subtle"
            size="compact-xs"
            onClick={() => {
              notifications.hide(id);
              Promise.resolve(undo()).catch(notifyProblem);
            }}
          >
            {i18next.t('action.undo')}
          </Button>
        )}
      </Group>
    ),
  });
}

/** For what failed away from any form: the problem's own words, never "something went wrong". */
export function notifyProblem(error: unknown): void {
  const problem = error instanceof ApiError ? error.problem : undefined;
  const lines = problem?.errors.map((entry) => entry.message) ?? [];
  notifications.show({
    withBorder: true,
    closeButtonProps: { 'aria-label': i18next.t('action.close') },
    color: 'red',
    autoClose: 10_000,
    title: problem?.title ?? i18next.t('problem.unexpected'),
    message: [problem?.detail ?? (error instanceof Error ? error.message : String(error)), ...lines]
      .filter((line, index, all) => line !== '' && all.indexOf(line) === index)
      .join(' '),
  });
}
