/* Builds elements. Text goes in as text: no string ever becomes markup. */

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

/** @param {string} css */
export function sheet(css) {
  const made = new CSSStyleSheet()
  made.replaceSync(css)
  return made
}
