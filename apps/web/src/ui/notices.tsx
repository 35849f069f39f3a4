/** How notices look: loaded with the first of them, because most visits see none for a while. */
import '@mantine/notifications/styles.css';
import { Button, Group } from '@mantine/core';
import { Notifications, notifications } from '@mantine/notifications';
import { ApiError } from '@trellis/api';
import { i18next } from '../i18n.ts';
import type { Notice } from './notify.tsx';
import { isOffline } from './offline.ts';

let count = 0;

/** The place where notices appear: at the top, because what people press next is at the bottom of dialogs and bars. */
export function NoticeArea() {
  return <Notifications position="top-center" limit={3} />;
}

/** The notice about each thing that is spoken of by name. */
const shown = new Map<string, string>();

export function showDone({ message, undo, about }: Notice): void {
  // Not a UUID: browsers make those only over HTTPS.
  count += 1;
  const id = `notice-${count}`;
  const before = about === undefined ? undefined : shown.get(about);
  if (before !== undefined) notifications.hide(before);
  if (about !== undefined) shown.set(about, id);
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
            style={{ flexShrink: 0 }}
            onClick={() => {
              notifications.hide(id);
              Promise.resolve(undo()).catch((error) => showProblem(error));
            }}
          >
            {i18next.t('action.undo')}
          </Button>
        )}
      </Group>
    ),
  });
}

export function showProblem(error: unknown, title?: string): void {
  const problem = error instanceof ApiError ? error.problem : undefined;
  const lines = problem?.errors.map((entry) => entry.message) ?? [];
  notifications.show({
    withBorder: true,
    closeButtonProps: { 'aria-label': i18next.t('action.close') },
    color: 'red',
    autoClose: 10_000,
    title: title ?? problem?.title ?? i18next.t(isOffline(error) ? 'problem.offline' : 'problem.unexpected'),
    // Where it is said what did not happen, the reasons are enough.
    message: [
      ...(title !== undefined && lines.length > 0 ? [] : [problem?.detail ?? detailOf(error)]),
      ...lines,
    ]
      .filter((line, index, all) => line !== '' && all.indexOf(line) === index)
      .join(' '),
  });
}

function detailOf(error: unknown): string {
  if (isOffline(error)) return i18next.t('problem.offlineDetail');
  return error instanceof Error ? error.message : String(error);
}
