// The provider of the sign-in stories: panva's certified `oidc-provider`, which people walk through as they would
// through Google, and the few addresses by which GitHub differs from it.
//
// Everybody signs in with any name and any password; the name is the mail address. A name that begins with
// "unverified." has an address that the provider has not verified.

import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const [redirectUri] = process.argv.slice(2);

// The stories hold the other end of this pipe: when they end, in whatever way, so does the provider.
process.stdin.resume().on('end', () => process.exit(0));

// Standard output has one line, the address; what the provider has to say goes to the log.
console.info = console.error;

const isVerified = (name) => !name.startsWith('unverified.');

// GitHub knows people by numbers.
const numberOf = (name) => [...name].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 2 ** 40, 7);

const client = (id) => ({
  client_id: id,
  client_secret: `${id}-secret`,
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code'],
  response_types: ['code'],
  token_endpoint_auth_method: 'client_secret_post',
});

const configuration = {
  clients: [client('google-client'), client('github-client')],
  // In the id token, as Google has them.
  conformIdTokenClaims: false,
  claims: { openid: ['sub'], email: ['email', 'email_verified'] },
  scopes: ['openid', 'email', 'user:email'],
  pkce: { required: () => true },
  features: { devInteractions: { enabled: true }, introspection: { enabled: true } },
  findAccount: (context, name) => ({
    accountId: name,
    claims: () => ({ sub: name, email: name, email_verified: isVerified(name) }),
  }),
};

const toGitHub = { '/login/oauth/authorize': '/auth', '/login/oauth/access_token': '/token' };

function answer(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

// Asks the provider itself whom a token belongs to, as any resource server would.
async function introspect(issuer, request) {
  const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
  const form = { token, client_id: 'github-client', client_secret: 'github-client-secret' };
  const reply = await fetch(`${issuer}/token/introspection`, { method: 'POST', body: new URLSearchParams(form) });
  const claims = await reply.json();
  return claims.active && claims.scope === 'user:email' ? claims.sub : undefined;
}

async function api(issuer, request, response) {
  const name = await introspect(issuer, request);
  if (!name) return answer(response, 401, { message: 'Bad credentials' });
  if (request.url === '/user') return answer(response, 200, { login: name.split('@')[0], id: numberOf(name) });
  return answer(response, 200, [
    { email: `old.${name}`, primary: false, verified: true, visibility: null },
    { email: name, primary: true, verified: isVerified(name), visibility: 'private' },
  ]);
}

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, configuration);
  const openid = provider.callback();
  server.on('request', (request, response) => {
    const [path, query] = request.url.split('?');
    if (path === '/user' || path === '/user/emails') return api(issuer, request, response);
    if (toGitHub[path]) request.url = query === undefined ? toGitHub[path] : `${toGitHub[path]}?${query}`;
    return openid(request, response);
  });
  console.log(issuer);
});
