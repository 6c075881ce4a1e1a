/** The lists whose entries are merged by a key in place of the whole list being replaced, with the member that is the key. */
export const mergeKeys: Readonly<Record<string, string>> = { Tags: 'Key', InputDataConfig: 'ChannelName' };
