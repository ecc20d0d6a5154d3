// A certified OpenID Connect issuer for tests: `node issuer.mjs PORT AUDIENCE [CALLBACK]`, where people who sign in are sent back to. Says "ready", then takes commands, one a
// line, on standard input: "rotate" signs with a new key and publishes it beside the others; it is answered "rotated".
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { exportJWK, generateKeyPair } from "jose";
import { Provider } from "oidc-provider";

const [port, audience, callback] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const scope = "jobs:read jobs:write webhooks:read webhooks:write data:read audit:read";
const keys = [];
let handle;

async function rotate() {
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  keys.unshift({ ...(await exportJWK(privateKey)), alg: "RS256", use: "sig", kid: `key-${keys.length}` });
  handle = provider().callback();
}

function provider() {
  const client = (id) => ({
    client_id: id,
    client_secret: `${id}-password`,
    grant_types: ["client_credentials"],
    response_types: [],
    redirect_uris: [],
    scope,
  });
  const people = {
    client_id: "console",
    client_secret: "console-password",
    redirect_uris: [callback],
    scope: `openid ${scope}`,
  };
  return new Provider(issuer, {
    cookies: { keys: ["of tests"] },
    pkce: { required: () => true },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    jwks: { keys },
    clients: [...["alice", "bob"].map(client), ...(callback ? [people] : [])],
    scopes: ["openid", ...scope.split(" ")],
    ttl: { ClientCredentials: () => 600, AccessToken: () => 600, AuthorizationCode: () => 60, Interaction: () => 600, Session: () => 600, Grant: () => 600, IdToken: () => 600 },
    extraTokenClaims: (_, token) => ({ customer_id: `customer-${token.accountId ?? token.clientId}` }),
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: Boolean(callback) },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({ audience, scope, accessTokenFormat: "jwt", jwt: { sign: { alg: "RS256" } } }),
      },
    },
  });
}

await rotate();
createServer((request, response) => handle(request, response)).listen(Number(port), "127.0.0.1", () => console.log("ready"));
createInterface({ input: process.stdin }).on("line", async () => {
  await rotate();
  console.log("rotated");
});
