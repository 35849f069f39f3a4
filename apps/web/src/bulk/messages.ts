/** The namespace of messages about changing many records at once. */
import { useTranslation } from 'react-i18next';
import { addMessages } from '../i18n.ts';

const en = {
  edit: 'Edit',
  selectAll: 'Select all {{number}}',
  selectAllOpen: 'Select all that match',
  allSelected: 'All {{number}} selected',
  allSelectedOpen: 'All that match are selected',
  onlyLoaded: 'You may do this to {{number}} of them.',
  none: 'You may neither change nor delete these.',
  title: {
    update_one: 'Edit {{number}} record',
    update_other: 'Edit {{number}} records',
    delete_one: 'Delete {{number}} record?',
    delete_other: 'Delete {{number}} records?',
    restore_one: 'Restore {{number}} record?',
    restore_other: 'Restore {{number}} records?',
    updateAll: 'Edit all {{objects}} that match',
    deleteAll: 'Delete all {{objects}} that match?',
    restoreAll: 'Restore all {{objects}} that match?',
  },
  field: 'Field',
  pickField: 'Choose a field…',
  addField: 'Change another field',
  removeField: 'Leave {{field}} as it is',
  mode: 'What to do with {{field}}',
  modes: { set: 'Set to', clear: 'Clear', add: 'Add', remove: 'Take away' },
  valueOf: 'Value of {{field}}',
  preview: 'Preview',
  back: 'Back',
  counting: 'Counting what would happen…',
  countingSome: '{{done}} of {{total}} records looked at',
  would: {
    updated_one: '{{number}} record will be changed.',
    updated_other: '{{number}} records will be changed.',
    deleted_one: '{{number}} record will move to the recycle bin, with what belongs to it.',
    deleted_other: '{{number}} records will move to the recycle bin, with what belongs to them.',
    restored_one: '{{number}} record will come back, with what went along.',
    restored_other: '{{number}} records will come back, with what went along.',
    unchanged_one: '{{number}} is as wanted already.',
    unchanged_other: '{{number}} are as wanted already.',
    warned_one: '{{number}} raises a warning.',
    warned_other: '{{number}} raise a warning.',
    failed_one: '{{number}} will be left out:',
    failed_other: '{{number}} will be left out:',
  },
  nothing: 'Nothing would be done.',
  run: {
    update_one: 'Change {{number}} record',
    update_other: 'Change {{number}} records',
    delete_one: 'Delete {{number}} record',
    delete_other: 'Delete {{number}} records',
    restore_one: 'Restore {{number}} record',
    restore_other: 'Restore {{number}} records',
  },
  running: '{{done}} of {{total}} records done',
  runningOpen: '{{done}} records done',
  leave: 'Go on in the background',
  stop: 'Stop',
  done: {
    update_one: '{{number}} record changed.',
    update_other: '{{number}} records changed.',
    delete_one: '{{number}} record deleted.',
    delete_other: '{{number}} records deleted.',
    restore_one: '{{number}} record restored.',
    restore_other: '{{number}} records restored.',
  },
  left: '{{number}} were left out: see Activity.',
  problem: 'Nothing was begun',
};

declare module '../i18n.ts' {
  interface MessageCatalogues {
    bulk: typeof en;
  }
}

addMessages('bulk', 'en', en);

export function useMessages() {
  return useTranslation('bulk').t;
}
