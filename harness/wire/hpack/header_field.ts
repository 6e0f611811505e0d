/** One field of a header list. Names are lower case; octets beyond ASCII are Latin-1 characters, as in every HTTP. */
export type HeaderField = readonly [name: string, value: string];
