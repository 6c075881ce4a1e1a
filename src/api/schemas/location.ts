/** Of a response that names where its deployment is read. */
export const locationHeader = { Location: { schema: { type: 'string' }, description: 'Where the deployment is read' } } as const;
