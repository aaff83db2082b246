"""Gets an access token by client credentials and calls an API with it.

Usage: client.py TOKEN_ENDPOINT CLIENT_ID CLIENT_SECRET AUDIENCE API_URL
Prints the status, and the body of a good answer or the challenge of a refusal.
"""

import http.client
import json
import sys
from urllib.parse import urlencode, urlsplit


def send(method, url, body=None, headers=None):
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    connection.request(method, parts.path, body, headers or {})
    response = connection.getresponse()
    return response, response.read().decode()


def main(token_endpoint, client_id, client_secret, audience, api_url):
    fields = {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": client_secret,
        "audience": audience,
    }
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    _, answer = send("POST", token_endpoint, urlencode(fields), form)
    credentials = {"Authorization": "Bearer " + json.loads(answer)["access_token"]}
    response, body = send("GET", api_url, headers=credentials)
    print(response.status)
    print(body if response.status == 200 else response.getheader("WWW-Authenticate"))


if __name__ == "__main__":
    main(*sys.argv[1:])
