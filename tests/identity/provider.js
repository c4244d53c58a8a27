/* A real OpenID provider that gives JWT access tokens (RFC 9068) to one client.
 * usage: node provider.js PORT [AUDIENCE]
 *
 * The client is "outsider" with the secret "outsider-secret", grant client_credentials. The resource it asks for
 * (RFC 8707) chooses the algorithm: AUDIENCE/RS256, /PS256, /ES256 or /EdDSA; the audience of the token is AUDIENCE
 * for all. Add ?seconds=N to the resource for a token that lives N seconds. GET /made/idtoken and /made/logout give
 * tokens that are for the client itself. Keys are new at every start. Prints "ready" once it answers. */
import { generateKeyPairSync } from 'node:crypto'
import Provider from 'oidc-provider'

const [port, audience = 'https://api.example'] = process.argv.slice(2)
const issuer = `http://127.0.0.1:${port}`
const kinds = {
  RS256: ['rsa', { modulusLength: 2048 }],
  PS256: ['rsa', { modulusLength: 2048 }],
  ES256: ['ec', { namedCurve: 'P-256' }],
  EdDSA: ['ed25519', {}],
}
const run = Date.now().toString(36)
const keys = Object.entries(kinds).map(([alg, [type, options]]) => ({
  ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: `${alg}-${run}`,
}))

/* What a resource's name asks for. */
function resourceServer(context, resource) {
  const url = new URL(resource)
  const alg = url.pathname.split('/').at(-1)
  if (!resource.startsWith(`${audience}/`) || !kinds[alg]) throw new Error(`no such resource: ${resource}`)
  return {
    scope: 'hubs:read hubs:write', audience, accessTokenFormat: 'jwt', jwt: { sign: { alg } },
    accessTokenTTL: Number(url.searchParams.get('seconds') ?? 300),
  }
}

const provider = new Provider(issuer, {
  clients: [{
    client_id: 'outsider', client_secret: 'outsider-secret', grant_types: ['client_credentials'],
    redirect_uris: [], response_types: [],
  }],
  jwks: { keys },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: { enabled: true, getResourceServerInfo: resourceServer },
  },
})
provider.use(async (context, next) => {
  const use = /^\/made\/(idtoken|logout)$/.exec(context.path)?.[1]
  if (!use) return next()
  const token = new provider.IdToken({ sub: 'outsider' }, { ctx: context, client: await provider.Client.find('outsider') })
  token.scope = 'openid'
  context.body = await token.issue({ use })
})
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'))
process.on('SIGTERM', () => process.exit(0))
