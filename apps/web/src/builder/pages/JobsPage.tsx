/** Work in the background of the whole workspace, for who customises it. */
import { useState } from 'react';
import { JobList } from '../../activity/JobList.tsx';
import { useMessages as useActivityMessages } from '../../activity/messages.ts';
import { useMessages } from '../messages.ts';
import { PageHeader } from '../parts/PageHeader.tsx';

export function JobsPage() {
  const t = useMessages();
  const activity = useActivityMessages();
  const [open, setOpen] = useState<string>();
  return (
    <>
      <PageHeader title={t('section.jobs')} description={activity('description')} />
      <JobList open={open} startsWith="all" onOpen={setOpen} />
    </>
  );
}
