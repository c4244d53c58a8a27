// @hey-api/openapi-ts: a partner's first calls. usage: node hey.js SERVER CLIENT-ID SECRET
import { client } from "./hey/client.gen.js";
import { createToken, getData, getMe, getOrganisation, listHubs, listOrganisations, patchOrganisationProfile } from "./hey/index.js";

declare const process: { argv: string[] };
const [base = "", id = "", secret = ""] = process.argv.slice(2);
client.setConfig({ baseUrl: base });
const fail = (what: string, why: unknown): never => { throw new Error(`${what}: ${JSON.stringify(why)}`); };

const hubs = await listHubs({ query: { nation: "GB-SCT" } });
if (!hubs.data || typeof hubs.data === "string" || !("next" in hubs.data)) throw fail("hubs", hubs.error);
const slugs: string[] = hubs.data.items.map((hub) => hub.slug);

const found = await listOrganisations({ query: { identifier: "GB-UKPRN-10003614" } });
if (!found.data || typeof found.data === "string") throw fail("organisations", found.error);
const slug = found.data.items[0]?.slug ?? fail("no organisation", found.data);

const first = await getOrganisation({ path: { slug } });
const again = await getOrganisation({ path: { slug }, headers: { "If-None-Match": first.response?.headers.get("etag") } });

const token = await createToken({ body: { grant_type: "client_credentials", client_id: id, client_secret: secret } });
const bearer = token.data?.access_token ?? fail("token", token.error);
client.setConfig({ auth: () => bearer });
const me = await getMe();
if (!me.data) throw fail("me", me.error);

const mine = await patchOrganisationProfile({ path: { slug }, headers: { "If-Match": "*" }, query: { dry_run: true }, body: { website: "https://www.example.org/" } });
if (!mine.data) throw fail("profile", mine.error);

const archive = await getData();
const zip: Blob = archive.data ?? fail("archive", archive.error);
const refused = await listHubs({ query: { limit: 0 } });
console.log(JSON.stringify({
  hubs: slugs, slug, again: again.response?.status, roles: me.data.roles.map((role) => role.role), website: mine.data.website,
  zip: await zip.slice(0, 2).text(), refused: refused.error?.errors?.map((one) => one.pointer),
}));
