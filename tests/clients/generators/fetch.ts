// openapi-typescript with openapi-fetch: a partner's first calls. usage: node fetch.js SERVER CLIENT-ID SECRET
import createClient from "openapi-fetch";
import type { paths } from "./types.js";

declare const process: { argv: string[] };
const [base = "", id = "", secret = ""] = process.argv.slice(2);
const api = createClient<paths>({ baseUrl: base });
const fail = (what: string, why: unknown): never => { throw new Error(`${what}: ${JSON.stringify(why)}`); };

const hubs = await api.GET("/v1/hubs", { params: { query: { nation: "GB-SCT" } } });
if (!hubs.data || typeof hubs.data === "string" || !("next" in hubs.data)) throw fail("hubs", hubs.error);
const slugs: string[] = hubs.data.items.map((hub) => hub.slug);

const found = await api.GET("/v1/organisations", { params: { query: { identifier: "GB-UKPRN-10003614" } } });
if (!found.data || typeof found.data === "string") throw fail("organisations", found.error);
const slug = found.data.items[0]?.slug ?? fail("no organisation", found.data);

const first = await api.GET("/v1/organisations/{slug}", { params: { path: { slug } } });
const again = await api.GET("/v1/organisations/{slug}", { params: { path: { slug } }, headers: { "If-None-Match": first.response.headers.get("etag") ?? "" } });

const token = await api.POST("/oauth/token", {
  body: { grant_type: "client_credentials", client_id: id, client_secret: secret },
  headers: { "Content-Type": "application/x-www-form-urlencoded" },
  bodySerializer: (body) => new URLSearchParams({ ...body }),
});
if (!token.data) throw fail("token", token.error);
const headers = { Authorization: `Bearer ${token.data.access_token}` };
const me = await api.GET("/v1/me", { headers });
if (!me.data) throw fail("me", me.error);

const mine = await api.PATCH("/v1/organisations/{slug}/profile", {
  params: { path: { slug }, header: { "If-Match": "*" }, query: { dry_run: true } },
  headers: { ...headers, "Content-Type": "application/merge-patch+json" },
  body: { website: "https://www.example.org/" },
});
if (!mine.data) throw fail("profile", mine.error);

const refused = await api.GET("/v1/hubs", { params: { query: { limit: 0 } } });
console.log(JSON.stringify({
  hubs: slugs, slug, again: again.response.status, roles: me.data.roles.map((role) => role.role), website: mine.data.website,
  refused: refused.error?.errors?.map((one) => one.pointer),
}));
