/* Markdown as nodes, safe to show on any page: marked reads it, DOMPurify leaves what Markdown makes and no more. */
import { Marked, purify } from './libraries.js'
import { address, h, picture } from './dom.js'

const TAGS = ['p', 'br', 'hr', 'em', 'strong', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li', 'a', 'img']
const LINKS = /^(https?|mailto|tel):/

/** HTML is not shown, only its words are. Headings are below the level given, however the text begins.
 * @param {string} text @param {string} api of which links without a host are @param {number} level @returns {Node[]} */
export function markdown(text, api, level) {
  const marked = new Marked({ gfm: false })
  const tokens = marked.lexer(text)
  /** @type {{ depth: number }[]} */
  const headings = []
  marked.walkTokens(tokens, (/** @type {any} */ token) => {
    if (token.type === 'heading') headings.push(token)
    if (token.type === 'html') Object.assign(token, words(token.text, token.block))
    if (token.type === 'text') token.escaped = false
  })
  const shift = level + 1 - Math.min(...headings.map(({ depth }) => depth))
  for (const heading of headings) heading.depth = Math.min(heading.depth + shift, 6)
  return purified(marked.parser(tokens), api, level)
}

/** What HTML says, as a token. @param {string} html @param {boolean} block */
function words(html, block) {
  const text = html.replace(/<(script|style)\b.*?<\/\1>|<!--.*?-->|<[^>]*>/gis, '').trim()
  return text && block ? { type: 'paragraph', tokens: [{ type: 'text', raw: text, text }] } : { type: 'text', text }
}

/** Of HTML, what Markdown may make. It is read into a document of its own, where nothing is loaded and nothing runs.
 * @param {string} html @param {string} api @param {number} level @returns {Node[]} */
export function purified(html, api, level) {
  const safe = purify.sanitize(html, {
    ALLOWED_TAGS: [...TAGS, ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].slice(level)], ALLOWED_ATTR: ['href', 'src', 'alt', 'title', 'start'],
    ALLOW_DATA_ATTR: false, ALLOW_ARIA_ATTR: false, RETURN_DOM_FRAGMENT: true,
  })
  for (const link of safe.querySelectorAll('a')) {
    const href = address(link.getAttribute('href') ?? '', api)
    if (LINKS.test(href)) link.replaceWith(h('a', { part: 'link', href, title: link.title || undefined, rel: 'noopener' }, ...link.childNodes))
    else link.replaceWith(...link.childNodes)
  }
  for (const image of safe.querySelectorAll('img')) image.replaceWith(picture(image.getAttribute('src') ?? '', image.alt, api) ?? image.alt)
  return [...safe.childNodes]
}
