/* Builds elements. Text goes in as text: no string ever becomes markup, but for the Markdown of markdown.js. */

/** @param {Element} element @param {Scip.Attributes} attributes @param {Scip.Child[]} children */
function finish(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : String(value))
  for (const child of children)
    if (child) element.append(child)
}

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {Scip.Attributes} [attributes] @param {Scip.Child[]} children
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag)
  finish(element, attributes, children)
  return element
}

/**
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag @param {Scip.Attributes} [attributes] @param {Scip.Child[]} children
 */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag)
  finish(element, attributes, children)
  return element
}

/** A link where the address is one of the web, else only its text. @param {string} address @param {Scip.Child[]} children */
export const link = (address, ...children) =>
  /^https?:\/\//i.test(address) ? h('a', { part: 'link', href: address }, ...children) : h('span', {}, ...children)

/** An address in full, where it is one. @param {string} text @param {string} base */
export const address = (text, base) => (text && URL.canParse(text, base) ? new URL(text, base).href : '')

/** A picture whose host does not learn on which page it is; only by https or from the API. @param {string} src @param {string} alt
 * @param {string} api @param {Scip.Attributes} [more] */
export function picture(src, alt, api, more) {
  const url = address(src, api)
  if (url.startsWith('https://') || url.startsWith(new URL('/', api).href))
    return h('img', { ...more, src: url, alt, loading: 'lazy', decoding: 'async', referrerpolicy: 'no-referrer' })
}

/** @param {string} css */
export function sheet(css) {
  const made = new CSSStyleSheet()
  made.replaceSync(css)
  return made
}
