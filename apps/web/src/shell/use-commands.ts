import { useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import type { ObjectDescription, ObjectSummary } from '@trellis/forms';
import type { AppItem, ColorName } from '@trellis/metadata';
import { useTranslation } from 'react-i18next';
import { keys, useDescribe, useHasRight } from '../api.ts';
import { latestRecords } from '../runtime/recent-records.ts';
import { signOut } from '../sign-out.ts';
import { useCurrentApp } from './use-current-app.ts';

const MOST_RECENT = 6;

export interface Command {
  readonly id: string;
  readonly group: 'recent' | 'create' | 'go' | 'views' | 'actions';
  readonly label: string;
  readonly hint?: string;
  readonly icon: string;
  readonly color?: ColorName;
  run(): void;
}

/** All that the palette offers without asking the server. Views are those of objects already described. */
export function useCommands(onDone: () => void): Command[] {
  const { t } = useTranslation();
  const router = useRouter();
  const cache = useQueryClient();
  const { objects, apps } = useDescribe();
  const { app, setApp } = useCurrentApp();
  const canCustomise = useHasRight('customise');
  const managesPeople = useHasRight('manage_users');
  const readsAudit = useHasRight('view_audit');
  const canSetUp = canCustomise || managesPeople || readsAudit;
  const scheme = useComputedColorScheme('light');
  const { setColorScheme } = useMantineColorScheme();
  const done = (action: () => unknown) => () => {
    onDone();
    void action();
  };

  const recent = latestRecords(
    objects.map((object) => object.name),
    MOST_RECENT,
  ).flatMap(({ object: name, id, title }): Command[] => {
    const object = objects.find((each) => each.name === name);
    if (object === undefined) return [];
    return [
      {
        id: `recent ${name} ${id}`,
        group: 'recent',
        label: title,
        hint: object.label,
        icon: object.icon,
        color: object.color,
        run: done(() => router.navigate({ to: '/o/$object/$id', params: { object: name, id } })),
      },
    ];
  });
  const go = inOrderOf(app?.items ?? [], objects).map(
    (object): Command => ({
      id: `go ${object.name}`,
      group: 'go',
      label: object.plural_label,
      icon: object.icon,
      color: object.color,
      run: done(() => router.navigate({ to: '/o/$object', params: { object: object.name } })),
    }),
  );
  const create = objects
    .filter((object) => object.rights.create && !object.is_system)
    .map(
      (object): Command => ({
        id: `new ${object.name}`,
        group: 'create',
        label: t('palette.new', { object: object.label }),
        icon: 'plus',
        run: done(() => router.navigate({ to: '/o/$object/new', params: { object: object.name } })),
      }),
    );
  const views = cache
    .getQueriesData<ObjectDescription>({ queryKey: keys.describe() })
    .flatMap(([key, description]) =>
      key.length < 2 || description === undefined
        ? []
        : description.views.map(
            (view): Command => ({
              id: `view ${description.name}.${view.name}`,
              group: 'views',
              label: view.label,
              hint: description.plural_label,
              icon: view.icon ?? 'list-details',
              run: done(() =>
                router.navigate({
                  to: '/o/$object',
                  params: { object: description.name },
                  search: { view: view.name },
                }),
              ),
            }),
          ),
    );
  const actions: Command[] = [
    ...(canSetUp
      ? [
          {
            id: 'set-up',
            group: 'actions' as const,
            label: t('shell.setUp'),
            icon: 'settings',
            run: done(() => router.navigate({ to: '/setup' })),
          },
        ]
      : []),
    {
      id: 'bin',
      group: 'actions',
      label: t('list.bin'),
      icon: 'archive',
      run: done(() => router.navigate({ to: '/bin' })),
    },
    {
      id: 'theme',
      group: 'actions',
      label: t('palette.switchTheme'),
      icon: 'bulb',
      run: done(() => setColorScheme(scheme === 'dark' ? 'light' : 'dark')),
    },
    ...apps.map(
      (app): Command => ({
        id: `app ${app.name}`,
        group: 'actions',
        label: t('palette.openApp', { app: app.label }),
        icon: app.icon,
        run: done(() => {
          setApp(app.name);
          return router.navigate({ to: '/' });
        }),
      }),
    ),
    { id: 'sign-out', group: 'actions', label: t('shell.signOut'), icon: 'lock', run: done(signOut) },
  ];
  return [...recent, ...go, ...create, ...views, ...actions];
}

/** As the navigation has them; then what no app's item shows, and last what belongs to the platform. */
function inOrderOf(items: readonly AppItem[], objects: readonly ObjectSummary[]): readonly ObjectSummary[] {
  const places = items.flatMap((item) => (item.type === 'object' ? [item.object] : []));
  const placeOf = ({ name, is_system: isSystem }: ObjectSummary) => {
    const place = places.indexOf(name);
    return place >= 0 ? place : places.length + (isSystem ? 1 : 0);
  };
  return objects.toSorted((a, b) => placeOf(a) - placeOf(b) || a.plural_label.localeCompare(b.plural_label));
}

/** Commands whose words begin with the words typed, best first; without text what was open lately, places and actions. */
export function matchCommands(commands: readonly Command[], text: string): Command[] {
  const words = text.trim().toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0)
    return commands.filter(({ group }) => group === 'recent' || group === 'go' || group === 'actions');
  const order = ['create', 'go', 'views', 'actions'];
  return commands
    .filter((command) => {
      // Records are searched for on the server, which knows all of them.
      if (command.group === 'recent') return false;
      const parts = `${command.label} ${command.hint ?? ''}`.toLowerCase().split(/\s+/);
      return words.every((word) => parts.some((part) => part.startsWith(word)));
    })
    .sort((a, b) => order.indexOf(a.group) - order.indexOf(b.group))
    .slice(0, 40);
}
