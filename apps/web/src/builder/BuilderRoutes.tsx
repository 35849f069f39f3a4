/** Which page stands at which address of `/setup`. */
import { Button } from '@mantine/core';
import { type ReactNode, Suspense, useEffect } from 'react';
import { useHasRight } from '../api.ts';
import { EmptyState } from '../ui/EmptyState.tsx';
import { lazy } from '../ui/lazy.tsx';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { BuilderProvider, useBuilder } from './BuilderProvider.tsx';
import { useMessages } from './messages.ts';
import { BuilderLink, useBuilderPage, useGo } from './navigation.tsx';
import { AppPage } from './pages/AppPage.tsx';
import { AppsPage } from './pages/AppsPage.tsx';
import { FieldPage } from './pages/FieldPage.tsx';
import { ObjectPage } from './pages/ObjectPage.tsx';
import { ObjectsPage } from './pages/ObjectsPage.tsx';
import { OptionSetPage } from './pages/OptionSetPage.tsx';
import { OptionSetsPage } from './pages/OptionSetsPage.tsx';
import { RecordTypePage } from './pages/RecordTypePage.tsx';
import { RevisionsPage } from './pages/RevisionsPage.tsx';
import { StoragePage } from './pages/StoragePage.tsx';
import { FaultScope } from './parts/Fault.tsx';
import { TableSkeleton } from './parts/small.tsx';
import { type BuilderPage, pathOfPage } from './paths.ts';
import { BuilderShell, sectionOf, useSections } from './shell/BuilderShell.tsx';
import { DraftBar } from './shell/DraftBar.tsx';

const LayoutPage = lazy(async () => ({
  default: (await import('./layout-editor/LayoutPage.tsx')).LayoutPage,
}));
const PeoplePage = lazy(async () => ({
  default: (await import('./access/people/PeoplePage.tsx')).PeoplePage,
}));
const PersonPage = lazy(async () => ({
  default: (await import('./access/people/PersonPage.tsx')).PersonPage,
}));
const RolesPage = lazy(async () => ({ default: (await import('./access/roles/RolesPage.tsx')).RolesPage }));
const PermissionSetsPage = lazy(async () => ({
  default: (await import('./access/permission-sets/PermissionSetsPage.tsx')).PermissionSetsPage,
}));
const PermissionSetPage = lazy(async () => ({
  default: (await import('./access/permission-sets/PermissionSetPage.tsx')).PermissionSetPage,
}));
const SharingRulePage = lazy(async () => ({
  default: (await import('./access/sharing/SharingRulePage.tsx')).SharingRulePage,
}));
const StandInsPage = lazy(async () => ({
  default: (await import('./access/people/StandInsPage.tsx')).StandInsPage,
}));
const ApiKeysPage = lazy(async () => ({
  default: (await import('./access/people/ApiKeysPage.tsx')).ApiKeysPage,
}));
const TeamsPage = lazy(async () => ({ default: (await import('./teams/TeamsPage.tsx')).TeamsPage }));
const AuditPage = lazy(async () => ({ default: (await import('./audit/AuditPage.tsx')).AuditPage }));
const RulePage = lazy(async () => ({ default: (await import('./rules/RulePage.tsx')).RulePage }));
const JobsPage = lazy(async () => ({ default: (await import('./pages/JobsPage.tsx')).JobsPage }));
const ViewPage = lazy(async () => ({ default: (await import('./view-editor/ViewPage.tsx')).ViewPage }));

/** All of Set up for those who may customise; for others what needs no metadata, as far as their rights go. */
export function BuilderRoutes() {
  return useHasRight('customise') ? <MetadataRoutes /> : <PeopleRoutes />;
}

function PeopleRoutes() {
  const { page } = useBuilderPage();
  const go = useGo();
  const sections = useSections();
  const start = sections.some(({ name }) => name === 'people') ? 'people' : 'audit';
  const isStart = page.page === 'objects';
  const isOpen = sections.some(({ name }) => name === sectionOf(page));
  useEffect(() => {
    if (isStart) go({ page: start }, { replace: true });
  }, [isStart, start, go]);
  return (
    <BuilderShell>
      <Suspense fallback={<TableSkeleton />}>
        {isStart ? <TableSkeleton /> : isOpen ? plainPage(page) : <NotForPeople start={start} />}
      </Suspense>
    </BuilderShell>
  );
}

function NotForPeople({ start }: { start: 'people' | 'audit' }) {
  const t = useMessages();
  return (
    <EmptyState
      icon="lock"
      title={t('shell.forbidden')}
      actions={
        <BuilderLink page={{ page: start }}>
          <Button component="span" variant="default">
            {t(`section.${start}`)}
          </Button>
        </BuilderLink>
      }
    >
      {t('shell.forbiddenText')}
    </EmptyState>
  );
}

/** The pages that need no metadata; undefined for any other. */
function plainPage(page: BuilderPage): ReactNode {
  switch (page.page) {
    case 'people':
      return <PeoplePage />;
    case 'person':
      return <PersonPage key={page.id} id={page.id} />;
    case 'teams':
      return <TeamsPage />;
    case 'audit':
      return <AuditPage />;
    case 'api_keys':
      return <ApiKeysPage />;
    case 'stand_ins':
      return <StandInsPage />;
    default:
      return undefined;
  }
}

function MetadataRoutes() {
  const { page } = useBuilderPage();
  return (
    <BuilderProvider
      fallback={(error) => (error === null ? <TableSkeleton /> : <ProblemAlert error={error} />)}
    >
      <BuilderShell isWide={page.page === 'layout'} foot={<DraftBar />}>
        <Suspense fallback={<TableSkeleton />}>
          {/* The tree of roles stays where it is while one goes from role to role. */}
          <PageAt key={page.page === 'role' ? '/setup/roles' : pathOfPage(page)} page={page} />
        </Suspense>
      </BuilderShell>
    </BuilderProvider>
  );
}

function PageAt({ page }: { page: BuilderPage }): ReactNode {
  const { catalogue } = useBuilder();
  switch (page.page) {
    case 'objects':
      return <ObjectsPage />;
    case 'apps':
      return <AppsPage />;
    case 'option_sets':
      return <OptionSetsPage />;
    case 'revisions':
      return <RevisionsPage />;
    case 'people':
    case 'person':
    case 'teams':
    case 'audit':
    case 'api_keys':
    case 'stand_ins':
      return plainPage(page);
    case 'roles':
      return <RolesPage selected={undefined} />;
    case 'role':
      if (catalogue.find('role', page.name) === undefined) return <Missing />;
      return (
        <FaultScope kind="role" name={page.name}>
          <RolesPage selected={page.name} />
        </FaultScope>
      );
    case 'permission_sets':
      return <PermissionSetsPage />;
    case 'storage':
      return <StoragePage />;
    case 'jobs':
      return <JobsPage />;
    case 'unknown':
      return <Missing />;
    case 'object':
      if (catalogue.find('object', page.object) === undefined) return <Missing />;
      return (
        <FaultScope kind="object" name={page.object}>
          <ObjectPage object={page.object} tab={page.tab} />
        </FaultScope>
      );
    case 'app':
    case 'permission_set':
    case 'option_set': {
      if (catalogue.find(page.page, page.name) === undefined) return <Missing />;
      return (
        <FaultScope kind={page.page} name={page.name}>
          {page.page === 'app' && <AppPage name={page.name} />}
          {page.page === 'option_set' && <OptionSetPage name={page.name} />}
          {page.page === 'permission_set' && <PermissionSetPage name={page.name} />}
        </FaultScope>
      );
    }
    default: {
      const name = `${page.object}.${page.name}`;
      if (catalogue.find(page.page, name) === undefined) return <Missing object={page.object} />;
      return (
        <FaultScope kind={page.page} name={name}>
          {page.page === 'field' && <FieldPage object={page.object} name={name} />}
          {page.page === 'rule' && <RulePage object={page.object} name={name} />}
          {page.page === 'sharing_rule' && <SharingRulePage object={page.object} name={name} />}
          {page.page === 'record_type' && <RecordTypePage object={page.object} name={name} />}
          {page.page === 'layout' && <LayoutPage object={page.object} name={name} />}
          {page.page === 'view' && <ViewPage object={page.object} name={name} />}
        </FaultScope>
      );
    }
  }
}

function Missing({ object }: { object?: string }) {
  const t = useMessages();
  const { catalogue } = useBuilder();
  const home = object !== undefined && catalogue.find('object', object) !== undefined;
  const page: BuilderPage = home ? { page: 'object', object, tab: 'fields' } : { page: 'objects' };
  return (
    <EmptyState
      icon="search"
      title={t('shell.missing')}
      actions={
        <BuilderLink page={page}>
          <Button component="span" variant="default">
            {t('shell.missingBack')}
          </Button>
        </BuilderLink>
      }
    >
      {t('shell.missingText')}
    </EmptyState>
  );
}
