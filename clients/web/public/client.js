/* Asks the API for lists. An answer is kept for the page and for the browser's next visit, so that a reader
 * sees the last known records, with their time, when the API cannot be reached. */

const PATIENCE = 10_000 /* milliseconds for a page */
const PAGE = 200 /* records; the most that the API gives */

/** The API that serves this script. */
export const home = new URL(import.meta.url).origin

/** The API understood, and refused: another try is refused as well. The message says what of the question is wrong. */
export class Refusal extends Error {}

/** Elements that ask the same thing at the same time share one request. @type {Map<string, Promise<Scip.Answer<any>>>} */
const asked = new Map()
/** Where the browser gives no storage. @type {Map<string, string>} */
const memory = new Map()

/** Every record of a list, those of its first page, or one record; rejects where there is none to show, neither new nor kept. @type {Scip.List} */
export const list = (api, path, query, { again = false, whole = false, first = false } = {}) => {
  const url = address(api, path, whole || first ? query : { ...query, limit: PAGE })
  const key = url.href
  let answer = again ? undefined : asked.get(key)
  if (!answer) {
    answer = ask(url, again, first).catch((/** @type {unknown} */ error) => {
      const kept = !(error instanceof Refusal) && recall(key)
      if (!kept) throw error
      return { ...kept, stale: true }
    })
    asked.set(key, answer)
    answer.then(({ stale }) => stale, () => true).then((failed) => failed && asked.get(key) === answer && asked.delete(key))
  }
  return answer
}

/** One page, or one record, as it is now: of what a reader looks for nothing is kept. @type {Scip.Look} */
export const look = async (api, path, query, { again = false } = {}) => {
  const response = await get(address(api, path, query), again)
  return { body: await response.json(), ...age(response.headers) }
}

/** @param {string} api @param {string} path may name parameters: …/{code} @param {Record<string, unknown>} query */
function address(api, path, query) {
  const url = new URL(path.replace(/\{(\w+)\}/g, (_all, name) => encodeURIComponent(String(query[name]))), api)
  for (const [name, value] of Object.entries(query)) if (!path.includes(`{${name}}`)) url.searchParams.set(name, String(value))
  return url
}

/** @param {URL} start @param {boolean} again @param {boolean} first no page but this one @returns {Promise<Scip.Answer<any>>} */
async function ask(start, again, first) {
  const items = []
  let at = Date.now()
  let stale = false
  for (let url = new URL(start), next; ; url.searchParams.set('cursor', next)) {
    const response = await get(url, again)
    const page = await response.json()
    items.push(...(page.items ?? [page]))
    const old = age(response.headers)
    stale ||= old.stale
    at = Math.min(at, old.at)
    next = page.next
    if (!next || first) {
      if (!stale) keep(start.href, { items, at, next })
      return { items, at, stale, next }
    }
  }
}

/** @param {URL} url @param {boolean} again @returns {Promise<Response>} */
async function get(url, again) {
  const response = await fetch(url, {
    headers: { Accept: 'application/json' },
    credentials: 'omit',
    cache: again ? 'reload' : 'default',
    signal: AbortSignal.timeout(PATIENCE),
  })
  if (!response.ok) throw await failure(response, url)
  /* a 304 leaves the headers of the answer that the browser has kept, "stale" among them (RFC 9111, section 3.2) */
  return !again && age(response.headers).stale ? get(url, true).catch(() => response) : response
}

/** What is wrong with a question, in the words of the API (RFC 9457). @param {Response} response @param {URL} url */
async function failure(response, url) {
  if (![400, 404, 410, 422].includes(response.status)) return new Error(`${response.status} of ${url}`)
  /** @type {{ detail?: string, errors?: { pointer: string, detail: string }[] }} */
  const { detail, errors } = await response.json().catch(() => ({}))
  const words = errors?.map((error) => `${error.pointer.split('/').at(-1)} ${error.detail}`).join('; ')
  return new Refusal(`${words || detail || response.status} (${url.pathname}${url.search})`)
}

/**
 * Since when an answer holds, and whether its sender says that it ought to be newer: by a ttl below zero (RFC 9211)
 * or an Age above max-age (RFC 9111).
 * @param {Headers} headers
 */
function age(headers) {
  const over = Number(/;\s*ttl=-(\d+)/.exec(headers.get('Cache-Status') ?? '')?.[1] ?? 0)
  const seconds = Number(headers.get('Age')) || 0
  const sent = Date.parse(headers.get('Date') ?? '') || Date.now()
  const lifetime = Number(/max-age=(\d+)/.exec(headers.get('Cache-Control') ?? '')?.[1] ?? 0)
  return { at: Math.min(sent - over * 1000, Date.now() - seconds * 1000), stale: over > 0 || seconds > lifetime }
}

/** @param {string} key @param {Omit<Scip.Answer<any>, 'stale'>} answer */
function keep(key, answer) {
  const text = JSON.stringify(answer)
  memory.set(key, text)
  try {
    localStorage.setItem(`scip ${key}`, text)
  } catch { /* full or forbidden: the page's own memory has to do */ }
}

/** @param {string} key @returns {Omit<Scip.Answer<any>, 'stale'> | undefined} */
function recall(key) {
  let text = memory.get(key)
  try {
    text ??= localStorage.getItem(`scip ${key}`) ?? undefined
    return text && JSON.parse(text)
  } catch {
    return undefined
  }
}
