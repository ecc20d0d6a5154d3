// A certified OpenID Connect issuer for tests: `node issuer.mjs PORT AUDIENCE`. Says "ready", then takes commands, one a
// line, on standard input: "rotate" signs with a new key and publishes it beside the others; it is answered "rotated".
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { exportJWK, generateKeyPair } from "jose";
import { Provider } from "oidc-provider";

const [port, audience] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const scope = "jobs:read jobs:write webhooks:read webhooks:write data:read";
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
  return new Provider(issuer, {
    jwks: { keys },
    clients: ["alice", "bob"].map(client),
    scopes: scope.split(" "),
    ttl: { ClientCredentials: () => 600 },
    extraTokenClaims: (_, token) => ({ customer_id: `customer-${token.clientId}` }),
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
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
