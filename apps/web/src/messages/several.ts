/** Several addresses or numbers in one field. */
export const severalMessages = {
  add: { emails: 'Add an address', phones: 'Add a number' },
  entry: { emails: 'Address {{number}}', phones: 'Number {{number}}' },
  label: 'Label of {{entry}}',
  labelPlaceholder: 'Label',
  labels: { emails: ['Work', 'Private', 'Billing', 'Other'], phones: ['Work', 'Mobile', 'Private', 'Fax'] },
  more: '+{{count}}',
  moreOf: 'and {{count}} more: {{rest}}',
  moved: '{{entry}} is now in place {{place}}',
  primary: 'Primary',
  makePrimary: 'Make {{entry}} the primary one',
  up: 'Move {{entry}} up',
  remove: 'Remove {{entry}}',
  keys: 'Alt and the arrow keys move an entry.',
};
