// oidc-provider: a certified server of tokens, as strict as they come. Refresh tokens are good once, and one that is
// used twice ends the whole grant. /seen tells what happened; /api/account answers to whoever has a token that lives.
import { createServer } from "node:http";

import Provider from "oidc-provider";

// `people`: what it says of whom, by the name that they sign in with.
const { port, redirectUri, tokenSeconds = 3600, delayMs = 0, people = {} } = JSON.parse(process.argv[2]);
const issuer = `http://127.0.0.1:${port}`;
const app = {
  redirect_uris: [redirectUri],
  grant_types: ["authorization_code", "refresh_token", "client_credentials"],
  response_types: ["code"],
  scope: "openid offline_access email profile groups orders products",
};

const provider = new Provider(issuer, {
  clients: [
    { ...app, client_id: "studio", client_secret: "s3cr:t%of+studio" },
    { ...app, client_id: "other", client_secret: "another-secret", token_endpoint_auth_method: "client_secret_post" },
  ],
  scopes: ["openid", "offline_access", "email", "profile", "groups", "orders", "products"],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"], groups: ["groups"] },
  pkce: { required: () => true },
  features: { clientCredentials: { enabled: true }, revocation: { enabled: true } },
  issueRefreshToken: async () => true,
  rotateRefreshToken: true,
  ttl: {
    AccessToken: tokenSeconds,
    ClientCredentials: tokenSeconds,
    RefreshToken: 86400,
    Grant: 86400,
    Session: 86400,
  },
  cookies: { keys: ["of-tests-alone"] },
  findAccount: async (_ctx, id) => ({ accountId: id, claims: async () => ({ sub: id, ...people[id] }) }),
});

const seen = [];
const note = (what) => (ctx, error) =>
  seen.push({ what, grant: ctx.oidc?.params?.grant_type ?? null, error: error?.message ?? null });
provider.on("grant.success", note("granted"));
provider.on("grant.error", note("refused"));
provider.on("grant.revoked", note("revoked"));

async function account(request, response) {
  const value = (request.headers.authorization ?? "").replace(/^Bearer /, "");
  const token = (await provider.AccessToken.find(value)) ?? (await provider.ClientCredentials.find(value));
  const body = token ? { id: token.accountId ?? token.clientId, scope: token.scope } : { error: "invalid_token" };
  response.writeHead(token ? 200 : 401, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

const answer = provider.callback();
createServer((request, response) => {
  if (request.url === "/seen") {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(seen));
  } else if (request.url === "/api/account") {
    account(request, response);
  } else if (request.url === "/token" && delayMs) {
    setTimeout(() => answer(request, response), delayMs);
  } else {
    answer(request, response);
  }
}).listen(port, "127.0.0.1");
