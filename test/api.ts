/** The API identifier of the tests: the audience of the test issuer's tokens. */
export const messages = 'https://messages.northwind.com'
