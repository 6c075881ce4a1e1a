/** The endpoints of the soak. */
export const endpoints = ['soak-a', 'soak-b', 'soak-c', 'soak-d'];
