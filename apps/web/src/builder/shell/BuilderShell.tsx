/** The frame of the builder: its navigation at the side, the page, and the bar of unpublished changes below. */
import {
  IconApps,
  IconBox,
  IconDatabaseCog,
  IconEyeCheck,
  IconHistory,
  IconKey,
  IconListDetails,
  IconProgress,
  IconShieldLock,
  IconSitemap,
  IconUser,
  IconUserShare,
  IconUsersGroup,
  type TablerIcon,
} from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { useHasRight } from '../../api.ts';
import { useMessages } from '../messages.ts';
import { BuilderLink, useBuilderPage } from '../navigation.tsx';
import type { BuilderPage } from '../paths.ts';
import classes from './BuilderShell.module.css';

type SectionName =
  | 'objects'
  | 'apps'
  | 'option_sets'
  | 'people'
  | 'teams'
  | 'roles'
  | 'permission_sets'
  | 'api_keys'
  | 'stand_ins'
  | 'revisions'
  | 'storage'
  | 'jobs'
  | 'audit';

interface Section {
  readonly name: SectionName;
  readonly icon: TablerIcon;
}

const SECTIONS: readonly Section[] = [
  { name: 'objects', icon: IconBox },
  { name: 'apps', icon: IconApps },
  { name: 'option_sets', icon: IconListDetails },
  { name: 'people', icon: IconUser },
  { name: 'teams', icon: IconUsersGroup },
  { name: 'roles', icon: IconSitemap },
  { name: 'permission_sets', icon: IconShieldLock },
  { name: 'stand_ins', icon: IconUserShare },
  { name: 'api_keys', icon: IconKey },
  { name: 'revisions', icon: IconHistory },
  { name: 'storage', icon: IconDatabaseCog },
  { name: 'jobs', icon: IconProgress },
  { name: 'audit', icon: IconEyeCheck },
];

/** Open to who manages people. */
const PEOPLE_SECTIONS: readonly SectionName[] = ['people', 'teams', 'stand_ins', 'api_keys'];

/** What the person may open: all of it with the right to customise, but the audit log by a right of its own. */
export function useSections(): readonly Section[] {
  const canCustomise = useHasRight('customise');
  const managesPeople = useHasRight('manage_users');
  const readsAudit = useHasRight('view_audit');
  const isOpen = (name: SectionName) => {
    if (name === 'audit') return readsAudit;
    if (name === 'stand_ins') return managesPeople;
    return canCustomise || (managesPeople && PEOPLE_SECTIONS.includes(name));
  };
  return SECTIONS.filter(({ name }) => isOpen(name));
}

export function sectionOf(page: BuilderPage): SectionName | undefined {
  switch (page.page) {
    case 'objects':
    case 'object':
    case 'field':
    case 'layout':
    case 'view':
    case 'rule':
    case 'record_type':
    case 'sharing_rule':
      return 'objects';
    case 'person':
      return 'people';
    case 'role':
      return 'roles';
    case 'permission_set':
      return 'permission_sets';
    case 'apps':
    case 'app':
      return 'apps';
    case 'option_sets':
    case 'option_set':
      return 'option_sets';
    case 'unknown':
      return undefined;
    default:
      return page.page;
  }
}

interface BuilderShellProps {
  readonly children: ReactNode;
  readonly isWide?: boolean;
  /** Stays below the page: the bar of unpublished changes. */
  readonly foot?: ReactNode;
}

export function BuilderShell({ children, isWide = false, foot }: BuilderShellProps) {
  const t = useMessages();
  const { page } = useBuilderPage();
  const current = sectionOf(page);
  const sections = useSections();
  const nav = useRef<HTMLElement>(null);
  // On a phone the sections stand in a row, of which the one in hand may lie beyond the edge.
  useEffect(() => {
    if (current === undefined) return;
    nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [current]);
  return (
    <div className={classes.shell}>
      <nav ref={nav} className={classes.side} aria-label={t('shell.navigation')}>
        <p className={classes.sideTitle}>{t('shell.title')}</p>
        <ul>
          {sections.map(({ name, icon: Icon }) => (
            <li key={name}>
              <BuilderLink
                page={{ page: name }}
                className={classes.sideLink}
                aria-current={current === name ? 'page' : undefined}
              >
                <Icon size={16} stroke={1.75} aria-hidden />
                {t(`section.${name}`)}
              </BuilderLink>
            </li>
          ))}
        </ul>
      </nav>
      <div className={classes.main}>
        <div className={classes.scroll} data-wide={isWide || undefined}>
          <div className={classes.inner}>{children}</div>
        </div>
        {foot}
      </div>
    </div>
  );
}
