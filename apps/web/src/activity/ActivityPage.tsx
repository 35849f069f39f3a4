/** Work in the background as its people see it: their own, or everybody's for those who may customise. */
import { getRouteApi } from '@tanstack/react-router';
import { Page } from '../ui/Page.tsx';
import { JobList } from './JobList.tsx';
import { useMessages } from './messages.ts';

const route = getRouteApi('/shell/activity');

export function ActivityPage() {
  const t = useMessages();
  const { job } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Page title={t('title')} subtitle={t('description')}>
      <JobList
        open={job}
        startsWith="mine"
        onOpen={(id) => void navigate({ search: id === undefined ? {} : { job: id } })}
      />
    </Page>
  );
}
