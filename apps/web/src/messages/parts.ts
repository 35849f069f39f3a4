/** Parts of a screen that come when they are needed, and did not. */
export const partMessages = {
  away: 'This part could not be loaded',
  awayText: 'The server does not answer. Nothing you typed is lost.',
  outdated: 'Trellis was updated since you opened this page',
  outdatedText: 'Reload it to go on. What you typed and have not saved is gone then: save it first.',
  reload: 'Reload',
};
