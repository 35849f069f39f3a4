import { Tooltip, UnstyledButton } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { IconChevronDown, IconExternalLink, IconSettings, IconTrash } from '@tabler/icons-react';
import { Link, useRouterState } from '@tanstack/react-router';
import type { AppItem } from '@trellis/metadata';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useDescribe, useFindObject, useHasRight, workspace } from '../api.ts';
import { NamedIcon } from '../ui/ObjectIcon.tsx';
import { itemTarget, objectsBeyond, sectionsOf } from './app-items.ts';
import classes from './Navigation.module.css';
import { useCurrentApp } from './use-current-app.ts';

const BEYOND = '·beyond';

/** The places of the app in hand, the objects beyond it, and the way to the builder. */
export function Navigation({ isNarrow }: { isNarrow: boolean }) {
  const { t } = useTranslation();
  const { objects } = useDescribe();
  const { app } = useCurrentApp();
  const canCustomise = useHasRight('customise');
  const managesPeople = useHasRight('manage_users');
  const readsAudit = useHasRight('view_audit');
  const canSetUp = canCustomise || managesPeople || readsAudit;
  const [closed, setClosed] = useLocalStorage<string[]>({
    key: `trellis-nav-${workspace}`,
    defaultValue: [BEYOND],
    getInitialValueInEffect: false,
  });
  const items = app?.items ?? [];
  const beyond = objectsBeyond(items, objects).map(
    (object): AppItem => ({ type: 'object', object: object.name }),
  );
  const sections = [...sectionsOf(items), ...(beyond.length > 0 ? [{ label: BEYOND, items: beyond }] : [])];
  const toggle = (key: string) =>
    setClosed(closed.includes(key) ? closed.filter((each) => each !== key) : [...closed, key]);

  return (
    <nav className={classes.navigation} aria-label={t('shell.navigation')}>
      <div className={classes.scroll}>
        {sections.map((section) => {
          const key = section.label ?? '';
          const title = section.label === BEYOND ? t('shell.moreObjects') : section.label;
          const isOpen = isNarrow
            ? section.label !== BEYOND
            : !closed.includes(key) || section.label === null;
          return (
            <section key={key} className={classes.section}>
              {title !== null && !isNarrow && (
                <UnstyledButton
                  className={classes.heading}
                  aria-expanded={isOpen}
                  onClick={() => toggle(key)}
                >
                  {title}
                  <IconChevronDown
                    size={13}
                    aria-hidden
                    data-closed={!isOpen || undefined}
                    className={classes.chevron}
                  />
                </UnstyledButton>
              )}
              {title !== null && isNarrow && isOpen && <hr className={classes.rule} />}
              {isOpen && (
                <ul className={classes.list}>
                  {section.items.map((item) => (
                    <li key={JSON.stringify(item)}>
                      <NavigationItem item={item} isNarrow={isNarrow} />
                    </li>
                  ))}
                </ul>
              )}
            </section>
          );
        })}
      </div>
      <div className={classes.foot}>
        <NavigationLink
          isNarrow={isNarrow}
          label={t('list.bin')}
          to="/bin"
          icon={<IconTrash size={16} stroke={1.75} />}
        />
        {canSetUp && (
          <NavigationLink
            isNarrow={isNarrow}
            label={t('shell.setUp')}
            to="/setup"
            icon={<IconSettings size={16} stroke={1.75} />}
          />
        )}
      </div>
    </nav>
  );
}

function NavigationItem({ item, isNarrow }: { item: AppItem; isNarrow: boolean }) {
  const findObject = useFindObject();
  const target = itemTarget(item);
  if (item.type === 'heading' || target === undefined) return null;
  if (target.kind === 'url') {
    const label = item.label ?? target.url;
    return (
      <a className={classes.item} href={target.url} target="_blank" rel="noreferrer">
        <NamedIcon name={item.icon ?? 'link'} />
        {!isNarrow && <span className={classes.label}>{label}</span>}
        {!isNarrow && <IconExternalLink size={13} aria-hidden className={classes.chevron} />}
      </a>
    );
  }
  const object = findObject(target.object);
  const label = item.label ?? object?.plural_label ?? target.object;
  return (
    <NavigationLink
      isNarrow={isNarrow}
      label={label}
      to={`/o/${target.object}`}
      view={target.search.view}
      icon={
        <NamedIcon name={item.icon ?? (target.search.view === undefined ? object?.icon : 'list-details')} />
      }
    />
  );
}

interface NavigationLinkProps {
  readonly isNarrow: boolean;
  readonly label: string;
  readonly to: string;
  readonly view?: string | undefined;
  readonly icon: ReactNode;
}

function NavigationLink({ isNarrow, label, to, view, icon }: NavigationLinkProps) {
  const isCurrent = useRouterState({
    select: ({ location }) => {
      const isHere = location.pathname === to || location.pathname.startsWith(`${to}/`);
      // A view in the navigation is current only on its own list; its object stays current elsewhere.
      return isHere && ((location.search as { view?: string }).view ?? undefined) === view;
    },
  });
  const link = (
    <Link
      to={to}
      search={view === undefined ? {} : { view }}
      className={classes.item}
      data-narrow={isNarrow || undefined}
      aria-current={isCurrent ? 'page' : undefined}
      aria-label={isNarrow ? label : undefined}
    >
      {icon}
      {!isNarrow && <span className={classes.label}>{label}</span>}
    </Link>
  );
  return isNarrow ? (
    <Tooltip label={label} position="right">
      {link}
    </Tooltip>
  ) : (
    link
  );
}
