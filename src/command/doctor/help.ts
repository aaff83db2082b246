export const help = `Usage: require-auth doctor --issuer I --audience A [options]
       require-auth doctor --config FILE [options]
       require-auth doctor --api URL [options]

Checks a set-up step by step: can the issuer be reached, does its metadata name it, are its keys usable and strong, do
the clocks agree. Two issuers, such as a canonical and a custom domain, must be one tenant's. A token is held to every
rule one by one, and then to requireAuth itself with the same options.

The set-up:
  --issuer I               issuer URL, or domain: login.northwind.com means https://login.northwind.com/ (repeatable)
  --audience A             identifier of the API (repeatable)
  --audience-claim NAME    the claim that holds it instead of aud
  --algorithm ALG          signature algorithm to accept (repeatable; default RS256)
  --jwks-uri URL           where the keys are, if the metadata do not say
  --metadata-url URL       where the metadata are, if not under the issuer
  --http-host HOST         a host that may be called over plain http, such as keycloak:8080 (repeatable)
  --clock-tolerance S      leeway for exp, nbf and iat in seconds (default 5)
  --profile rfc9068        demand access tokens of RFC 9068
  --dpop, --mtls           take tokens that are bound to a key, or to a certificate
  --introspection-client-id ID   ask the issuer about opaque tokens as this client, whose secret is read from the
                           environment variable REQUIRE_AUTH_CLIENT_SECRET
  --no-introspection-audience    take its answers without aud
  --config FILE            the options of requireAuth as JSON, instead of all these flags

A token, and a deployed API:
  --token T                an access token; - reads it from stdin, which keeps it out of the shell's history
  --api URL                call this API without a token, with the token, and with spoiled copies of it, and compare its
                           answers with RFC 6750. Whatever software guards it; no redirect is followed
  --expired-token T        an expired token of the same issuer, to send to the API too
  --method M               GET, HEAD or OPTIONS (default GET)
  --yes                    call hosts other than loopback without asking first

  --json                   print the findings as JSON

Each line begins with ok, FAIL or note. Exit codes: 0 well, 1 a check failed, 2 wrong usage.`
