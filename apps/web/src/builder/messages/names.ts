/** API names: asking for one, renaming, and the old names that still work. */
export const names = {
  name: {
    label: 'API name',
    help: 'Used by formulas, imports and the API. When it is renamed later, the old name keeps working.',
    labelEmpty: 'Please give it a label.',
    empty: 'Please give it an API name.',
    pattern: 'Use lower-case letters, digits and underscores, and begin with a letter.',
    long: 'Keep it to {{limit}} characters.',
    reserved: 'This name belongs to the platform. Please choose another.',
    taken: 'This name is taken. Please choose another.',
  },
  rename: {
    open: 'Rename',
    title: 'Rename {{name}}',
    to: 'New API name',
    alias:
      'Programs that say “{{name}}” keep working: the old name stays an alias until something else is called so, or you remove it.',
    mentions: 'Layouts, views, rules, formulas and everything else that mentions it follow by themselves.',
    values: 'Records and their values are not touched, and the label stays as it is.',
    draft:
      'You have changes that are not published yet. Publish or discard them first: a rename is published by itself.',
    confirm: 'Rename',
    done: '{{from}} is called {{to}} now',
  },
  aliases: {
    title: 'Old names',
    text: 'Programs may still say these names. Remove one when it is not used any more.',
    name: 'Old name',
    current: 'Stands for',
    uses: 'Uses',
    last: 'Last used',
    never: 'Never',
    remove: 'Remove',
    removeOne: 'Remove the old name {{name}}',
    removeText:
      'Programs that still say {{name}} will be told that there is no such name. Records are not touched.',
  },
} as const;
