/** Texts of summaries: a namespace of its own, loaded with them. */
import { useTranslation } from 'react-i18next';
import { addMessages } from '../i18n.ts';

const summaryEn = {
  title: '{{objects}}: summary',
  back: 'Back to the list',
  rows: 'Rows',
  columns: 'Columns',
  none: 'None',
  measure: 'Show',
  period: '{{axis}} by',
  width: 'Range of {{axis}}',
  swap: 'Swap rows and columns',
  count: 'Number of records',
  countShort: 'Number',
  functions: {
    sum: 'Sum of {{field}}',
    avg: 'Average of {{field}}',
    min: 'Least {{field}}',
    max: 'Greatest {{field}}',
  },
  periods: { day: 'Day', week: 'Week', month: 'Month', quarter: 'Quarter', year: 'Year' },
  weekOf: 'Week of {{day}}',
  quarter: 'Q{{quarter}} {{year}}',
  blank: 'No value',
  hidden: 'Not visible to you',
  yes: 'Yes',
  no: 'No',
  range: '{{from}} to below {{until}}',
  total: 'Total',
  table: '{{measure}} by {{rows}}',
  tableAcross: '{{measure}} by {{rows}} and {{columns}}',
  open: '{{value}}: open these records',
  empty: 'There are no records to summarise',
  emptyText: 'Widen the filter of the list, or choose another view.',
  ungroupable: 'Nothing to group by',
  ungroupableText: 'None of the fields that you see can be grouped by.',
  filtered: 'Only what the list shows: {{view}}.',
  filteredBy: 'Only what the list shows: {{view}}, narrowed by its filter.',
} as const;

declare module '../i18n.ts' {
  interface MessageCatalogues {
    summary: typeof summaryEn;
  }
}
addMessages('summary', 'en', summaryEn);

export function useMessages() {
  return useTranslation('summary').t;
}
export type SummaryMessages = ReturnType<typeof useMessages>;
