/** Of commands that cannot be undone. */
export const yesFlags = ['-y, --yes', 'without a confirmation, which only a terminal can give'] as const;
