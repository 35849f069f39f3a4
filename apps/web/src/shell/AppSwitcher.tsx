import { Menu, UnstyledButton } from '@mantine/core';
import { IconCheck, IconSelector } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useDescribe } from '../api.ts';
import { ObjectIcon } from '../ui/ObjectIcon.tsx';
import classes from './AppSwitcher.module.css';
import { itemTarget } from './app-items.ts';
import { useCurrentApp } from './use-current-app.ts';

/** Which app's navigation is shown, and the way to the others. */
export function AppSwitcher({ isNarrow }: { isNarrow: boolean }) {
  const { t } = useTranslation();
  const { apps, workspace } = useDescribe();
  const { app, setApp } = useCurrentApp();
  const navigate = useNavigate();
  const open = (name: string) => {
    setApp(name);
    const target = apps
      .find((each) => each.name === name)
      ?.items.map(itemTarget)
      .find((each) => each?.kind === 'list');
    if (target?.kind === 'list')
      void navigate({ to: '/o/$object', params: { object: target.object }, search: target.search });
  };
  const label = app?.label ?? workspace.label;
  return (
    <Menu position="bottom-start" width={240} disabled={apps.length === 0}>
      <Menu.Target>
        <UnstyledButton
          className={classes.button}
          data-narrow={isNarrow || undefined}
          // Wide, its own words name it; a label of other words would leave speech users without a way to say it.
          aria-label={isNarrow ? t('shell.switchApp', { app: label, workspace: workspace.label }) : undefined}
        >
          {/* Hidden text rather than a label: the name must contain what is seen. */}
          <span className="tr-visually-hidden">
            {t('shell.switchApp')} {isNarrow && label}
          </span>
          <ObjectIcon icon={app?.icon ?? 'apps'} color={app?.color ?? 'indigo'} size={26} />
          {!isNarrow && (
            <>
              <span className={classes.labels}>
                <span className={classes.app}>{label}</span>
                <span className={classes.workspace}>{workspace.label}</span>
              </span>
              <IconSelector size={15} aria-hidden className={classes.chevron} />
            </>
          )}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('shell.apps')}</Menu.Label>
        {apps.map((each) => (
          <Menu.Item
            key={each.name}
            leftSection={<ObjectIcon icon={each.icon} color={each.color} />}
            rightSection={each.name === app?.name && <IconCheck size={14} aria-label={t('state.current')} />}
            onClick={() => open(each.name)}
          >
            {each.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
