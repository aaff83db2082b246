#!/bin/sh
# Gets an access token by client credentials and calls an API with it, by curl alone.
# Usage: client.sh TOKEN_ENDPOINT CLIENT_ID CLIENT_SECRET AUDIENCE API_URL
# Prints the status, and the body of a good answer or the challenge of a refusal.
set -eu

token=$(curl --silent --show-error --fail "$1" \
  --data grant_type=client_credentials \
  --data-urlencode "client_id=$2" \
  --data-urlencode "client_secret=$3" \
  --data-urlencode "audience=$4" | sed 's/.*"access_token":"\([^"]*\)".*/\1/')

answer=$(curl --silent --show-error --include "$5" --header "Authorization: Bearer $token" | tr -d '\r')
status=$(printf '%s\n' "$answer" | sed -n '1s/^HTTP[^ ]* \([0-9]*\).*/\1/p')
echo "$status"
if [ "$status" = 200 ]; then
  printf '%s\n' "$answer" | sed '1,/^$/d'
else
  printf '%s\n' "$answer" | sed -n 's/^WWW-Authenticate: //p'
fi
