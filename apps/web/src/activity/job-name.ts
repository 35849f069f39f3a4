/** What a job is called, from what it says of itself. */
import type { BulkAbout, ImportAbout, JobResponse, UndoAbout } from '@trellis/api';
import { useFindObject } from '../api.ts';
import { useMessages } from './messages.ts';

type NamedJob = Pick<JobResponse, 'kind' | 'about'>;

/** Names jobs for people: `Import of people.csv`, `Undo: Change of Deals`. */
export function useJobName(): (job: NamedJob) => string {
  const t = useMessages();
  const findObject = useFindObject();
  const plural = (name: string | null | undefined) =>
    name ? (findObject(name)?.plural_label ?? name) : t('kind.records');
  const nameOf = (job: NamedJob): string => {
    switch (job.kind) {
      case 'bulk': {
        const { object, operation, dry_run } = job.about as BulkAbout;
        const name = t(`kind.${operation}`, { objects: plural(object) });
        return dry_run ? t('kind.tryOf', { name }) : name;
      }
      case 'undo': {
        const about = job.about as UndoAbout;
        const name = t('kind.undo', { name: nameOf({ kind: about.undone_kind, about: about.undone_about }) });
        return about.dry_run ? t('kind.tryOf', { name }) : name;
      }
      case 'import': {
        const about = job.about as Partial<ImportAbout> | null;
        if (!about?.file_name) return t('kind.import', { objects: plural(about?.object) });
        return t(about.dry_run ? 'kind.trialOf' : 'kind.importOf', { file: about.file_name });
      }
      case 'mail':
        return t('kind.mail');
      case 'reseal':
        return t('kind.reseal');
      default:
        return job.kind;
    }
  };
  return nameOf;
}
