/* What a post of <scip-news> says, and the records that it is about: loaded when it is opened. */
import { look } from './client.js'
import { h, link, sheet } from './dom.js'
import { markdown } from './markdown.js'
import { written } from './news.js'

export const style = sheet(`
  .body { max-width: 42rem; margin-block: 0.5rem; text-wrap: pretty; }
  .body > * + * { margin-top: 1em; }
  h4, h5, h6 { margin: 0; font-family: var(--scip-heading-font, inherit); font-size: 1.0625rem; font-weight: 600; line-height: 1.35; text-wrap: balance; }
  .body > * + :is(h4, h5, h6) { margin-top: 1.5em; }
  .body > :is(h4, h5, h6) + * { margin-top: 0.375em; }
  ol { margin: 0; padding: 0; }
  .body :is(ul, ol) { margin-inline-start: 1.5em; }
  .body ul { list-style: disc; }
  .body li + li { margin-top: 0.25em; }
  blockquote { margin: 0; padding-inline-start: 1em; border-inline-start: 3px solid var(--control); }
  blockquote > * + * { margin-top: 0.5em; }
  hr { border: 0; border-top: 1px solid var(--border); }
  pre { margin: 0; overflow-x: auto; white-space: pre-wrap; }
  code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; font-size: 0.9375em; }
  .body img { max-width: 100%; height: auto; border-radius: var(--radius); }
  .related { margin-block: 1.5rem 0.5rem; }
`)

/** @param {Scip.Post} post @param {string} api @param {Scip.Words} say */
export async function whole(post, api, say) {
  const body = written(post, 'body', say)
  const others = await related(post, api).catch(() => [say.failed])
  return [
    ...(body.text ? [h('div', { part: 'body', class: 'body', lang: body.lang }, ...markdown(body.text, api, 3))] : []),
    ...(others.length ? [h('div', { part: 'related', class: 'related' }, h('h4', {}, say.related), h('ul', {}, ...others.map((other) => h('li', {}, other))))] : []),
  ]
}

/** Links to what a post is about, or is otherwise linked with. @param {Scip.Post} post @param {string} api */
async function related(post, api) {
  const { body } = await look(api, '/v1/links', { record: post.href, limit: 100 })
  const others = body.items.map(({ from_record: from, to_record: to }) => (to.href === post.href ? from : to))
  return Promise.all([...new Map(others.map((other) => [other.href, other])).values()].map((other) => way(other, api)))
}

/** To the page of a record; where it has none, to what the API has of it. @param {Scip.Link['to_record']} record @param {string} api */
async function way({ kind, name, href }, api) {
  /** @type {{ url?: string | null, page_url?: string | null, website?: string | null }} */
  const { url, page_url, website } = await look(api, /** @type {any} */ (href), {}).then(({ body }) => body, () => ({}))
  const page = url && ['document', 'resource'].includes(kind) ? new URL(`${href}/visit`, api).href : url ?? page_url ?? website
  return link(page ?? new URL(href, api).href, h('span', { lang: 'en' }, name), !page && ' (JSON)')
}
