/** Teams. */
export const teams = {
  teams: {
    title: 'Teams',
    description:
      'People who own records together. A change takes effect at once; there is nothing to publish.',
    none: 'No teams yet',
    noneText: 'A team can own records, and its members work on them together.',
    new: 'New team',
    name: 'Name',
    email: 'Shared mailbox',
    members: 'Members',
    noMembers: 'Nobody yet',
    pickMembers: 'Choose people',
    save: 'Save',
    editNamed: 'Edit {{name}}',
    deleteNamed: 'Delete {{name}}',
    deleteText_one: 'Its one member leaves the team and stays in the workspace.',
    deleteText_other: 'Its {{count}} members leave the team and stay in the workspace.',
  },
} as const;
