/** The namespace of messages about jobs as people see them, and about taking them back. */
import { useTranslation } from 'react-i18next';
import { addMessages } from '../i18n.ts';

const en = {
  title: 'Activity',
  description: 'Imports, changes of many records, and other work in the background. Kept for 30 days.',
  mine: 'Mine',
  everyone: 'Everyone’s',
  whose: 'Whose activity',
  what: 'What',
  state: 'State',
  who: 'Asked for by',
  when: 'When',
  none: 'Nothing yet',
  noneText: 'Imports and changes of many records are listed here.',
  more: 'Show more',
  close: 'Close {{name}}',
  undone: 'Undone',
  undoing: 'Being undone',
  tried: 'Tried: nothing was written',
  progress: 'Progress',
  records: '{{done}} of {{total}} records',
  recordsOnly: '{{done}} records',
  refused: '{{number}} refused',
  stopping: 'Stops after its present step…',
  reasons: 'Why',
  times: '{{number}} ×',
  firstOnes: 'The first of them',
  download: 'Download the list',
  openRecord: 'Record',
  kind: {
    update: 'Change of {{objects}}',
    delete: 'Deletion of {{objects}}',
    restore: 'Restoring of {{objects}}',
    tryOf: 'Trial: {{name}}',
    trialOf: 'Trial of {{file}}',
    importOf: 'Import of {{file}}',
    import: 'Import of {{objects}}',
    undo: 'Undo: {{name}}',
    mail: 'Mail about an account',
    reseal: 'Sealing anew',
    records: 'records',
  },
  count: {
    created: 'Created',
    updated: 'Changed',
    unchanged: 'Unchanged',
    deleted: 'Deleted',
    restored: 'Restored',
    removed: 'To the recycle bin',
    removed_edited: 'Of these edited since',
    put_back: 'Put back',
    edited: 'Edited since, left',
    fields_kept: 'Fields left',
    gone: 'Not there any more',
    warned: 'With a warning',
    failed: 'Refused',
  },
  undo: {
    action: 'Undo',
    title: 'Undo “{{name}}”?',
    looking: 'Looking at what can be taken back…',
    removed_one: '{{number}} record that was made goes to the recycle bin.',
    removed_other: '{{number}} records that were made go to the recycle bin.',
    removed_edited_one: '{{number}} of them was edited since. It can be restored from there.',
    removed_edited_other: '{{number}} of them were edited since. They can be restored from there.',
    put_back_one: '{{number}} record gets its values of before.',
    put_back_other: '{{number}} records get their values of before.',
    restored_one: '{{number}} deleted record comes back.',
    restored_other: '{{number}} deleted records come back.',
    edited_one: '{{number}} record was edited since: what was edited stays.',
    edited_other: '{{number}} records were edited since: what was edited stays.',
    gone_one: '{{number}} record is not there any more.',
    gone_other: '{{number}} records are not there any more.',
    failed_one: '{{number}} record is not yours to change back.',
    failed_other: '{{number}} records are not yours to change back.',
    nothing: 'There is nothing to take back: all of it is as before, or was edited since.',
    run: 'Undo',
    begun: 'It is being undone. It goes on when you leave.',
    done: 'Undone: {{number}} records are as before.',
    doneOne: 'Undone: one record is as before.',
    doneNothing: 'There was nothing to take back.',
    left: '{{number}} were edited since or refused: see Activity.',
  },
};

declare module '../i18n.ts' {
  interface MessageCatalogues {
    activity: typeof en;
  }
}

addMessages('activity', 'en', en);

export function useMessages() {
  return useTranslation('activity').t;
}
