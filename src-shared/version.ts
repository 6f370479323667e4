/** Version of the program, as in package.json; stored with every result. */
export const SOFTWARE_VERSION = '0.1.0';
