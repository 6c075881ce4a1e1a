const locationOf = (what: string) =>
  ({ Location: { schema: { type: 'string' }, description: `Where the ${what} is read` } }) as const;

/** Of a response that names where its deployment is read. */
export const locationHeader = locationOf('deployment');

/** Of a response that names where its run is read. */
export const runLocationHeader = locationOf('run');
