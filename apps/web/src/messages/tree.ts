/** Records that stand above each other. */
export const treeMessages = {
  path: 'Path by {{field}}',
  cut: 'The path goes on above a record that you do not see.',
};
